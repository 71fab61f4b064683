//! Carries requests at a pace that disturbs nobody: two at once for each host, a bounded number
//! for each credential, one retry, one deadline for all. Writes the request log.

use std::collections::HashMap;
use std::io::Write;
use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

use serde_json::json;

use super::request::Request;
use super::transport::{Allowed, Failure, REQUEST_TIMEOUT, Reply, Transport};

/// Requests for one credential at the most, second tries included.
pub(super) const BUDGET: usize = 40;
/// Requests under way at one host at the same time.
const PER_HOST: usize = 2;
/// How long to wait before the one retry when the issuer does not say.
const RETRY_AFTER: Duration = Duration::from_millis(300);

/// Shared by all credentials of a run.
pub struct Courier<'t> {
    transport: &'t dyn Transport,
    deadline: Instant,
    busy: Mutex<HashMap<String, usize>>,
    freed: Condvar,
    log: Option<Mutex<&'t mut (dyn Write + Send)>>,
}

/// Whom a request is sent for.
#[derive(Clone, Copy, Debug)]
pub struct Sender<'s> {
    pub provider: &'s str,
    pub fingerprint: &'s str,
}

impl<'t> Courier<'t> {
    pub fn new(
        transport: &'t dyn Transport,
        deadline: Duration,
        log: Option<&'t mut (dyn Write + Send)>,
    ) -> Courier<'t> {
        Courier {
            transport,
            deadline: Instant::now() + deadline,
            busy: Mutex::default(),
            freed: Condvar::new(),
            log: log.map(Mutex::new),
        }
    }

    /// Sends, and once more when that may help. `sent` counts every request that went out.
    pub fn carry(
        &self,
        sender: Sender<'_>,
        request: &Request,
        allowed: &Allowed,
        sent: &mut usize,
    ) -> Result<Reply, Failure> {
        let first = self.once(sender, request, allowed, sent);
        let wait = match &first {
            Ok(reply) if reply.status == 429 || reply.status >= 500 => retry_after(reply),
            Err(Failure::Connect | Failure::Cut) => RETRY_AFTER,
            _ => return first,
        };
        if wait >= self.left() || *sent >= BUDGET {
            return first;
        }
        std::thread::sleep(wait);
        match self.once(sender, request, allowed, sent) {
            Err(Failure::Deadline) => first,
            second => second,
        }
    }

    fn once(
        &self,
        sender: Sender<'_>,
        request: &Request,
        allowed: &Allowed,
        sent: &mut usize,
    ) -> Result<Reply, Failure> {
        let _place = self.take_place(&request.origin())?;
        let left = self.left();
        if left.is_zero() {
            return Err(Failure::Deadline);
        }
        let started = Instant::now();
        let result = self.transport.send(request, allowed, left.min(REQUEST_TIMEOUT));
        if !matches!(result, Err(Failure::Forbidden(_))) {
            *sent += 1;
            self.log(sender, request, &result, started.elapsed());
        }
        match result {
            Err(Failure::Timeout) if self.left().is_zero() => Err(Failure::Deadline),
            other => other,
        }
    }

    fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    fn take_place(&self, host: &str) -> Result<Place<'_, 't>, Failure> {
        let mut busy = self.busy.lock().map_err(|_| Failure::Other)?;
        while busy.get(host).copied().unwrap_or(0) >= PER_HOST {
            let left = self.left();
            if left.is_zero() {
                return Err(Failure::Deadline);
            }
            busy = self.freed.wait_timeout(busy, left).map_err(|_| Failure::Other)?.0;
        }
        *busy.entry(host.to_owned()).or_default() += 1;
        Ok(Place { courier: self, host: host.to_owned() })
    }

    fn log(&self, sender: Sender<'_>, request: &Request, result: &Result<Reply, Failure>, took: Duration) {
        let Some(log) = &self.log else { return };
        let line = json!({
            "time": jiff::Timestamp::now().to_string(),
            "provider": sender.provider,
            "method": request.method().word(),
            "url": request.shown(),
            "reads_only": request.why(),
            "status": result.as_ref().ok().map(|reply| reply.status),
            "error": result.as_ref().err().map(ToString::to_string),
            "duration_ms": u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            "fingerprint": sender.fingerprint,
        });
        if let Ok(mut log) = log.lock() {
            // The log is a record beside the result: a full disk must not lose what was found.
            let _ = writeln!(log, "{line}");
        }
    }
}

fn retry_after(reply: &Reply) -> Duration {
    reply
        .header("retry-after")
        .and_then(|text| text.trim().parse::<u64>().ok())
        .map_or(RETRY_AFTER, Duration::from_secs)
}

/// A place at a host, given back when it is dropped.
struct Place<'c, 't> {
    courier: &'c Courier<'t>,
    host: String,
}

impl Drop for Place<'_, '_> {
    fn drop(&mut self) {
        if let Ok(mut busy) = self.courier.busy.lock()
            && let Some(count) = busy.get_mut(&self.host)
        {
            *count -= 1;
        }
        self.courier.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fails in the way that is tried a second time.
    struct Down;

    impl Transport for Down {
        fn send(&self, _: &Request, _: &Allowed, _: Duration) -> Result<Reply, Failure> {
            Err(Failure::Connect)
        }
    }

    #[test]
    fn a_second_try_counts_towards_the_limit_of_requests() {
        let courier = Courier::new(&Down, Duration::from_secs(30), None);
        let url = "https://api.example/user";
        let request = Request::get(url, url).unwrap();
        let after = |mut sent: usize| {
            let sender = Sender { provider: "p", fingerprint: "f" };
            assert_eq!(courier.carry(sender, &request, &Allowed::default(), &mut sent), Err(Failure::Connect));
            sent
        };
        assert_eq!(after(0), 2);
        assert_eq!(after(BUDGET - 1), BUDGET);
    }
}
