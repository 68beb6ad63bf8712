//! Durations such as `1m30s`, as Compose reads them for `stop_grace_period` and the times of a health check.
//!
//! Source: compose-go 2.9.1 `types/duration.go`, which reads with go-str2duration and prints as Go's `time.Duration`.

use std::fmt;
use std::ops::Range;

/// A length of time in nanoseconds. It may be negative, as Compose allows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Nanoseconds(pub i64);

/// Why a string is not a duration.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DurationError {
    /// It is empty, or something other than a number stands where a number has to.
    Invalid,
    /// A number without a unit, such as `10`. Only `0` needs none.
    MissingUnit,
    /// A unit that Compose does not know.
    UnknownUnit {
        /// Where the unit stands in the input.
        unit: Range<usize>,
    },
    /// More than 2^63 - 1 nanoseconds, which is about 292 years.
    Overflow,
}

impl fmt::Display for DurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DurationError::Invalid => "not a duration",
            DurationError::MissingUnit => "a duration needs a unit",
            DurationError::UnknownUnit { .. } => "not a unit of time",
            DurationError::Overflow => "longer than a duration can be",
        })
    }
}

impl std::error::Error for DurationError {}

const MICROSECOND: i64 = 1_000;
const MILLISECOND: i64 = 1_000 * MICROSECOND;
const SECOND: i64 = 1_000 * MILLISECOND;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

impl Nanoseconds {
    /// A length of whole seconds. What does not fit is cut to the longest one.
    pub const fn from_seconds(seconds: i64) -> Nanoseconds {
        Nanoseconds(seconds.saturating_mul(SECOND))
    }

    /// Whole seconds, the rest cut off: what the engine gets for `stop_grace_period`, so that `900ms` is 0.
    pub const fn seconds(self) -> i64 {
        self.0 / SECOND
    }
}

/// As Compose prints it: `1m30s`, `10s`, `1h0m0s`, `500ms`, `0s`.
impl fmt::Display for Nanoseconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 0 {
            f.write_str("-")?;
        }
        let total = self.0.unsigned_abs();
        let [micro, milli, second, minute, hour] =
            [MICROSECOND, MILLISECOND, SECOND, MINUTE, HOUR].map(i64::cast_unsigned);
        match total {
            0 => f.write_str("0s"),
            _ if total < micro => write!(f, "{total}ns"),
            _ if total < milli => decimal(f, total, micro, "µs"),
            _ if total < second => decimal(f, total, milli, "ms"),
            _ => {
                if total >= hour {
                    write!(f, "{}h", total / hour)?;
                }
                if total >= minute {
                    write!(f, "{}m", total % hour / minute)?;
                }
                decimal(f, total % minute, second, "s")
            }
        }
    }
}

/// Writes `total / unit` exactly, without zeros at the end of the fraction. `unit` is a power of ten.
fn decimal(f: &mut fmt::Formatter<'_>, total: u64, unit: u64, name: &str) -> fmt::Result {
    let (whole, rest) = (total / unit, total % unit);
    if rest == 0 {
        return write!(f, "{whole}{name}");
    }
    let digits = format!("{rest:0width$}", width = unit.ilog10() as usize);
    write!(f, "{whole}.{}{name}", digits.trim_end_matches('0'))
}

/// Reads a duration: an optional sign, then numbers with a unit each (`1w2d`, `1.5h`), without blanks.
///
/// The units are `ns us µs μs ms s m h d w`. A number may have a fraction, and a unit may come more than once.
///
/// # Errors
/// Compose refuses the file. A bare number other than `0` is refused, too.
pub fn parse(text: &str) -> Result<Nanoseconds, DurationError> {
    let (negative, unsigned) = match text.as_bytes().first() {
        Some(sign @ (b'+' | b'-')) => (*sign == b'-', &text[1..]),
        _ => (false, text),
    };
    if unsigned == "0" {
        return Ok(Nanoseconds(0));
    }
    if unsigned.is_empty() {
        return Err(DurationError::Invalid);
    }
    let mut total: i64 = 0;
    let mut rest = unsigned;
    while !rest.is_empty() {
        let (whole, after) = split_digits(rest);
        let (fraction, after) = after.strip_prefix('.').map_or(("", after), split_digits);
        if whole.is_empty() && fraction.is_empty() {
            return Err(DurationError::Invalid);
        }
        let length = after.find(|it: char| it == '.' || it.is_ascii_digit()).unwrap_or(after.len());
        let (name, after) = after.split_at(length);
        let whole = match whole {
            "" => 0,
            digits => digits.parse().map_err(|_| DurationError::Overflow)?,
        };
        if name.is_empty() {
            return Err(DurationError::MissingUnit);
        }
        let unit = unit(name).ok_or_else(|| {
            let start = text.len() - after.len() - name.len();
            DurationError::UnknownUnit { unit: start..start + name.len() }
        })?;
        total = unit
            .checked_mul(whole)
            .and_then(|it| it.checked_add(part(fraction, unit)))
            .and_then(|it| it.checked_add(total))
            .ok_or(DurationError::Overflow)?;
        rest = after;
    }
    Ok(Nanoseconds(if negative { -total } else { total }))
}

fn split_digits(text: &str) -> (&str, &str) {
    text.split_at(text.bytes().take_while(u8::is_ascii_digit).count())
}

/// Nanoseconds in a unit of time.
fn unit(name: &str) -> Option<i64> {
    Some(match name {
        "ns" => 1,
        // The micro sign and the Greek letter mu.
        "us" | "µs" | "μs" => MICROSECOND,
        "ms" => MILLISECOND,
        "s" => SECOND,
        "m" => MINUTE,
        "h" => HOUR,
        "d" => 24 * HOUR,
        "w" => 7 * 24 * HOUR,
        _ => return None,
    })
}

/// Nanoseconds in the digits behind a point. Digits beyond what 63 bits hold are cut off, as Compose does.
fn part(digits: &str, unit: i64) -> i64 {
    let mut value: i64 = 0;
    let mut scale = 1.0;
    for digit in digits.bytes() {
        let next = value.checked_mul(10).and_then(|it| it.checked_add(i64::from(digit - b'0')));
        let Some(next) = next else { break };
        value = next;
        scale *= 10.0;
    }
    // The order of these operations decides over the last nanosecond.
    (value as f64 * (unit as f64 / scale)) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        parse(text).map_or_else(|error| format!("{error:?}"), |it| it.to_string())
    }

    #[test]
    fn durations_are_printed_as_compose_prints_them() {
        let cases = [
            ("90s", "1m30s"),
            ("10s", "10s"),
            ("1h", "1h0m0s"),
            ("1w2d3h", "219h0m0s"),
            ("1.5h", "1h30m0s"),
            (".5s", "500ms"),
            ("-1us", "-1µs"),
            ("1ms20ns", "1.00002ms"),
            ("1h1h", "2h0m0s"),
            ("0", "0s"),
            ("-0", "0s"),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(text), expected, "{text}");
        }
        assert_eq!(Nanoseconds(i64::MIN).to_string(), "-2562047h47m16.854775808s");
    }

    #[test]
    fn errors_say_which_part_is_wrong() {
        for text in ["", "+", "s", "abc", ".s", "--1s", " 1s", "½s"] {
            assert_eq!(parse(text), Err(DurationError::Invalid), "{text}");
        }
        assert_eq!(parse("10"), Err(DurationError::MissingUnit));
        assert_eq!(parse("1s5"), Err(DurationError::MissingUnit));
        assert_eq!(parse("-1h30min"), Err(DurationError::UnknownUnit { unit: 5..8 }));
        assert_eq!(parse("1 s"), Err(DurationError::UnknownUnit { unit: 1..3 }));
        for text in ["9223372036854775808ns", "15251w", "2562047h48m", "99999999999999999999s"] {
            assert_eq!(parse(text), Err(DurationError::Overflow), "{text}");
        }
    }

    #[test]
    fn seconds_are_cut_towards_zero() {
        let seconds = |text| parse(text).map(Nanoseconds::seconds);
        assert_eq!(seconds("900ms"), Ok(0));
        assert_eq!(seconds("-900ms"), Ok(0));
        assert_eq!(seconds("1m30.9s"), Ok(90));
        assert_eq!(seconds("-1s"), Ok(-1));
        assert!(Nanoseconds::from_seconds(10) < Nanoseconds::from_seconds(11));
    }
}
