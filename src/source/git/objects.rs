//! Objects by their ids, through one process of git that is asked again and again. It is started
//! when the first object is wanted, and again when an object was too much for it.

use std::fmt;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::{Mutex, PoisonError};

use super::Repository;
use crate::source::{Unread, steering};

/// What is too large is read to its end and thrown away up to here; beyond, a new process is cheaper.
const PASSED_OVER: u64 = 16 << 20;

/// The objects of one repository.
pub struct Objects {
    repository: Repository,
    /// Links of a tree lead on to what they name in it.
    follows_links: bool,
    process: Mutex<Option<Process>>,
}

impl fmt::Debug for Objects {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("Objects").field("repository", &self.repository).finish_non_exhaustive()
    }
}

impl Objects {
    pub fn of(repository: &Repository) -> Objects {
        Objects { repository: repository.clone(), follows_links: false, process: Mutex::new(None) }
    }

    /// Of which `COMMIT:PATH` is what somebody would find there who has it checked out; a link that
    /// leads out of the tree leads nowhere.
    pub fn behind_links(repository: &Repository) -> Objects {
        Objects { follows_links: true, ..Objects::of(repository) }
    }

    fn start(&self) -> io::Result<Process> {
        Process::start(&self.repository, self.follows_links)
    }

    /// Asks for an object that will be read first, so that git finds it while others work.
    pub fn ask_ahead(&self, name: &str) {
        let mut place = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        // What is wrong, whoever reads will be told.
        *place = self.start().ok();
        if let Some(process) = place.as_mut() {
            process.asked = process.ask(name).ok().map(|()| name.to_owned());
        }
    }

    /// Reads one object of at most `limit` bytes into the buffer.
    /// It may have any of its names; what comes back is its id.
    pub fn read(&self, id: &str, limit: u64, buffer: &mut Vec<u8>) -> Result<String, Unread> {
        let mut place = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        let mut process = match place.take() {
            Some(process) => process,
            None => self.start().map_err(Unread::Io)?,
        };
        let answer = process.read(id, limit, buffer).map_err(|_| {
            let message = format!("git cannot read its object {id}; `git fsck` says what is broken");
            Unread::Io(io::Error::other(message))
        })?;
        if !matches!(answer, Answer::TooLarge(size) if size > PASSED_OVER) {
            *place = Some(process);
        }
        match answer {
            Answer::Read(id) => Ok(id),
            Answer::TooLarge(size) => Err(Unread::TooLarge(size)),
            Answer::Missing => {
                let message = format!(
                    "its object {id} is missing here, and nothing was fetched; \
                     in a partial clone `git cat-file -e {id}` fetches it"
                );
                Err(Unread::Io(io::Error::other(message)))
            }
        }
    }
}

enum Answer {
    /// The object with this id.
    Read(String),
    TooLarge(u64),
    Missing,
}

struct Process {
    child: Child,
    /// Where single objects lie.
    folder: Option<PathBuf>,
    /// What is asked for already.
    asked: Option<String>,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Process {
    fn start(repository: &Repository, follows_links: bool) -> io::Result<Process> {
        repository.is_fit().map_err(io::Error::other)?;
        let follow: &[&str] = if follows_links { &["--follow-symlinks"] } else { &[] };
        let mut command = repository.git(&[&["cat-file", "--batch"], follow].concat());
        // Nobody reads what it complains of, and a full pipe would hold it up.
        let mut child = command.stdin(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let (Some(questions), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("git was started without its pipes"));
        };
        let folder = steering::objects_folder(&repository.root);
        Ok(Process { child, folder, asked: None, questions, answers: BufReader::with_capacity(64 << 10, answers) })
    }

    fn ask(&mut self, name: &str) -> io::Result<()> {
        self.questions.write_all(format!("{name}\n").as_bytes())
    }

    /// `id type size`, the bytes, and a line break; or the name and what is wrong with it; of a link
    /// that leads nowhere that, a size and as much text.
    fn read(&mut self, id: &str, limit: u64, buffer: &mut Vec<u8>) -> io::Result<Answer> {
        buffer.clear();
        if self.is_unfit(id) {
            return Err(io::Error::other("neither a file nor a directory; git would wait for it for ever"));
        }
        match self.asked.take() {
            Some(asked) if asked == id => {}
            Some(_) => return Err(io::Error::other("something else was asked for")),
            None => self.ask(id)?,
        }
        let mut head = String::new();
        self.answers.read_line(&mut head)?;
        let Some(head) = head.strip_suffix('\n') else { return Err(io::ErrorKind::UnexpectedEof.into()) };
        let words: Vec<&str> = head.split(' ').collect();
        if let ["symlink" | "dangling" | "loop" | "notdir", size] = words[..]
            && let Ok(size) = size.parse::<u64>()
        {
            self.skip(size + 1)?;
            return Ok(Answer::Missing);
        }
        let [id, "blob" | "tree" | "commit" | "tag", size] = words[..] else { return Ok(Answer::Missing) };
        let (id, size) = (id.to_owned(), size.parse::<u64>().map_err(io::Error::other)?);
        if size > limit {
            if size <= PASSED_OVER {
                self.skip(size + 1)?;
            }
            return Ok(Answer::TooLarge(size));
        }
        buffer.reserve(usize::try_from(size).unwrap_or(0));
        if (&mut self.answers).take(size).read_to_end(buffer)? as u64 != size {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.skip(1)?;
        Ok(Answer::Read(id))
    }

    /// Whether something else stands in the place of a single object: git would open a pipe, and wait.
    fn is_unfit(&self, id: &str) -> bool {
        let Some((folder, (start, rest))) = self.folder.as_ref().zip(id.split_at_checked(2)) else { return false };
        id.bytes().all(|digit| digit.is_ascii_hexdigit())
            && fs::metadata(folder.join(start).join(rest)).is_ok_and(|found| !found.is_file())
    }

    fn skip(&mut self, size: u64) -> io::Result<()> {
        match io::copy(&mut (&mut self.answers).take(size), &mut io::sink())? == size {
            true => Ok(()),
            false => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is too large, missing or no name at all does not keep the next object from being read.
    #[test]
    fn one_object_after_another_is_read_whatever_the_one_before_was() {
        let folder = tempfile::tempdir().unwrap();
        let repository = Repository::at(folder.path());
        repository.run(&["init", "--quiet"]).unwrap();
        let stored = |bytes: &[u8]| {
            std::fs::write(folder.path().join("file"), bytes).unwrap();
            let id = repository.run(&["hash-object", "-w", "--no-filters", "file"]).unwrap();
            String::from_utf8(id).unwrap().trim().to_owned()
        };
        let beyond = usize::try_from(PASSED_OVER).unwrap() + 1;
        let (small, large, huge) = (stored(b"small\n"), stored(&[b'x'; 5000]), stored(&vec![b'x'; beyond]));
        let empty = stored(b"");
        let objects = Objects::of(&repository);
        let mut buffer = Vec::new();
        let missing = "0123456789".repeat(4);
        for _ in 0..2 {
            assert_eq!(objects.read(&small, 10, &mut buffer).unwrap(), small);
            assert_eq!(buffer, b"small\n");
            assert!(matches!(objects.read(&large, 10, &mut buffer), Err(Unread::TooLarge(5000))));
            objects.read(&empty, 10, &mut buffer).unwrap();
            assert_eq!(buffer, b"");
            assert!(
                matches!(objects.read(&huge, 10, &mut buffer), Err(Unread::TooLarge(size)) if size == beyond as u64)
            );
            objects.read(&large, 5000, &mut buffer).unwrap();
            assert_eq!(buffer, [b'x'; 5000]);
            for name in [&missing, "no such name", ""] {
                assert!(matches!(objects.read(name, 10, &mut buffer), Err(Unread::Io(_))), "{name}");
            }
            objects.read(&huge, u64::MAX, &mut buffer).unwrap();
            assert_eq!(buffer.len(), beyond);
        }
        // What was asked for ahead, and what was not.
        for name in [&small, &large] {
            let objects = Objects::of(&repository);
            objects.ask_ahead(&small);
            assert_eq!(objects.read(name, 5000, &mut buffer).is_ok(), *name == small);
            assert!(objects.read(name, 5000, &mut buffer).is_ok());
        }
    }
}
