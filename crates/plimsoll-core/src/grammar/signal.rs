//! Signals such as `SIGTERM`, as the engine reads `stop_signal`, with the numbers of Linux.
//!
//! Source: `ParseSignal` of moby/sys, and signal(7).

use std::fmt;

/// A signal. Its number is not zero, but nothing says that a Linux kernel knows it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Signal(i64);

/// The first and the last realtime signal, as the C library counts them.
const REALTIME: std::ops::RangeInclusive<i64> = 34..=64;

/// Names by number. The names that come first are the canonical ones.
#[rustfmt::skip]
const NAMES: [(&str, i64); 34] = [
    ("HUP", 1), ("INT", 2), ("QUIT", 3), ("ILL", 4), ("TRAP", 5), ("ABRT", 6), ("BUS", 7), ("FPE", 8), ("KILL", 9),
    ("USR1", 10), ("SEGV", 11), ("USR2", 12), ("PIPE", 13), ("ALRM", 14), ("TERM", 15), ("STKFLT", 16), ("CHLD", 17),
    ("CONT", 18), ("STOP", 19), ("TSTP", 20), ("TTIN", 21), ("TTOU", 22), ("URG", 23), ("XCPU", 24), ("XFSZ", 25),
    ("VTALRM", 26), ("PROF", 27), ("WINCH", 28), ("IO", 29), ("PWR", 30), ("SYS", 31),
    ("IOT", 6), ("CLD", 17), ("POLL", 29),
];

impl Signal {
    /// The signal that cannot be caught: a process gets no chance to write anything.
    pub const KILL: Signal = Signal(9);
    /// What `docker stop` sends unless the image or the service says otherwise.
    pub const TERM: Signal = Signal(15);

    /// The number on Linux. It is never zero.
    pub fn number(self) -> i64 {
        self.0
    }

    /// The canonical name: `SIGTERM`, `SIGRTMIN+3`; the number in digits if Linux has no such signal.
    pub fn name(self) -> String {
        if let Some((name, _)) = NAMES.iter().find(|(_, number)| *number == self.0) {
            return format!("SIG{name}");
        }
        let (first, last) = (*REALTIME.start(), *REALTIME.end());
        match self.0 {
            number if number == first => "SIGRTMIN".to_string(),
            number if number == last => "SIGRTMAX".to_string(),
            // The engine knows names up to `RTMIN+15`, and from `RTMAX-14`.
            number if (first..=first + 15).contains(&number) => format!("SIGRTMIN+{}", number - first),
            number if REALTIME.contains(&number) => format!("SIGRTMAX-{}", last - number),
            number => number.to_string(),
        }
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

/// Reads a signal: a number other than zero, or a name in any case, with or without `SIG`.
///
/// Numbers that no Linux signal has are accepted, as the engine does when it creates the container. Nothing comes of
/// a string that it refuses.
pub fn parse(text: &str) -> Option<Signal> {
    if let Ok(number) = text.parse::<i64>() {
        return (number != 0).then_some(Signal(number));
    }
    let upper = text.to_ascii_uppercase();
    let name = upper.strip_prefix("SIG").unwrap_or(&upper);
    if let Some((_, number)) = NAMES.iter().find(|(known, _)| *known == name) {
        return Some(Signal(*number));
    }
    let (first, last) = (*REALTIME.start(), *REALTIME.end());
    match name {
        "RTMIN" => Some(Signal(first)),
        "RTMAX" => Some(Signal(last)),
        _ => {
            let offset = |prefix: &str, limit: i64| {
                let digits = name.strip_prefix(prefix)?;
                // `RTMIN+03` is not a name.
                (1..=limit).find(|it| it.to_string() == digits)
            };
            let signal = offset("RTMIN+", 15).map(|it| first + it);
            signal.or_else(|| offset("RTMAX-", 14).map(|it| last - it)).map(Signal)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_has_one_name() {
        let cases = [
            ("SIGTERM", "SIGTERM", 15),
            ("term", "SIGTERM", 15),
            ("15", "SIGTERM", 15),
            ("SigInt", "SIGINT", 2),
            ("9", "SIGKILL", 9),
            ("IOT", "SIGABRT", 6),
            ("SIGCLD", "SIGCHLD", 17),
            ("SIGPOLL", "SIGIO", 29),
            ("rtmin", "SIGRTMIN", 34),
            ("SIGRTMIN+3", "SIGRTMIN+3", 37),
            ("37", "SIGRTMIN+3", 37),
            ("RTMAX-14", "SIGRTMAX-14", 50),
            ("RTMIN+15", "SIGRTMIN+15", 49),
            ("64", "SIGRTMAX", 64),
            ("999", "999", 999),
            ("-9", "-9", -9),
        ];
        for (text, name, number) in cases {
            let signal = parse(text);
            assert_eq!(signal.map(|it| (it.name(), it.number())), Some((name.to_string(), number)), "{text}");
        }
        assert_eq!(parse("kill"), Some(Signal::KILL));
    }

    #[test]
    fn what_the_engine_refuses_is_nothing() {
        for text in ["", "0", "00", "SIG", "SIGFOO", "SIGSIGTERM", " TERM", "9.0", "RTMIN+16", "RTMIN+03", "RTMAX-15"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
