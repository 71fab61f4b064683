//! Streams that were packed as a whole.

use std::io::{self, BufRead, Read};

use bzip2::bufread::MultiBzDecoder;
use flate2::bufread::MultiGzDecoder;
use lzma_rust2::XzReader;
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

use super::kind::Packing;
use super::limits::WINDOW;

/// What the decoder of xz needs beside the window.
const BESIDE: usize = 1 << 20;

/// What the stream was before it was packed; parts that were packed one by one are one stream.
pub(super) fn unpacked<'r>(packing: Packing, from: impl BufRead + 'r) -> Box<dyn Read + 'r> {
    match packing {
        Packing::Gzip => Box::new(MultiGzDecoder::new(from)),
        Packing::Bzip2 => Box::new(MultiBzDecoder::new(from)),
        Packing::Xz => {
            let kibibytes = u32::try_from((WINDOW + BESIDE) >> 10).unwrap_or(u32::MAX);
            Box::new(XzReader::new_mem_limit(from, true, kibibytes))
        }
        Packing::Zstd => Box::new(Frames { state: State::Between(from, FrameDecoder::new()) }),
    }
}

/// Frames of zstd behind each other.
struct Frames<R: BufRead> {
    state: State<R>,
}

enum State<R: BufRead> {
    Between(R, FrameDecoder),
    Inside(StreamingDecoder<R, FrameDecoder>),
    Done,
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match std::mem::replace(&mut self.state, State::Done) {
                State::Done => return Ok(0),
                State::Between(mut from, mut decoder) => {
                    if from.fill_buf()?.is_empty() {
                        return Ok(0);
                    }
                    decoder.set_max_window_size(WINDOW as u64);
                    let frame = StreamingDecoder::new_with_decoder(from, decoder).map_err(io::Error::other)?;
                    self.state = State::Inside(frame);
                }
                State::Inside(mut frame) => {
                    let read = frame.read(buffer)?;
                    if read > 0 || buffer.is_empty() {
                        self.state = State::Inside(frame);
                        return Ok(read);
                    }
                    let (from, decoder) = frame.into_parts();
                    self.state = State::Between(from, decoder);
                }
            }
        }
    }
}
