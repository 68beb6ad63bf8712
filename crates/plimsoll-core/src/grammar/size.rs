//! Sizes such as `512m`, as Compose reads them for `tmpfs.size`, `shm_size` and the memory limits.
//!
//! Source: behaviour of Docker Compose 2.40.3, which reads with `RAMInBytes` of go-units.

use std::fmt;
use std::ops::Range;

/// Why a string is not a size.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SizeError {
    /// There is no digit in it.
    NoNumber,
    /// What stands before the unit is not a number.
    BadNumber {
        /// Where it stands in the input.
        number: Range<usize>,
    },
    /// Less than zero.
    Negative,
    /// What stands behind the number is not a unit.
    UnknownUnit {
        /// Where it stands in the input.
        unit: Range<usize>,
    },
}

impl fmt::Display for SizeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SizeError::NoNumber => "a size needs a number",
            SizeError::BadNumber { .. } => "not a number",
            SizeError::Negative => "a size cannot be negative",
            SizeError::UnknownUnit { .. } => "not a unit of size",
        })
    }
}

impl std::error::Error for SizeError {}

/// Reads a size in bytes: a number, at most one blank, and a unit.
///
/// Units are `b` and `k`, `m`, `g`, `t`, `p`, each alone or followed by `b` or `ib`, in any case. All of them go by
/// 1024. The number may have a fraction, and what is left of a byte is cut off.
///
/// Compose keeps the result in a signed 64-bit integer. What is larger than `i64::MAX` it does not refuse, but
/// turns into a negative number; here it stays large.
///
/// # Errors
/// Compose refuses the file. It would also take `inf`, `nan` and hexadecimal numbers, all of which are errors here.
pub fn parse(text: &str) -> Result<u64, SizeError> {
    let last = text.rfind(|it: char| it.is_ascii_digit() || it == '.' || it == ' ').ok_or(SizeError::NoNumber)?;
    // The blank belongs to neither side.
    let end = if text.as_bytes()[last] == b' ' { last } else { last + 1 };
    let value = number(&text[..end]).ok_or(SizeError::BadNumber { number: 0..end })?;
    if value < 0.0 {
        return Err(SizeError::Negative);
    }
    let shift = match text[last + 1..].to_lowercase().as_str() {
        "" | "b" => 0,
        "k" | "kb" | "kib" => 10,
        "m" | "mb" | "mib" => 20,
        "g" | "gb" | "gib" => 30,
        "t" | "tb" | "tib" => 40,
        "p" | "pb" | "pib" => 50,
        _ => return Err(SizeError::UnknownUnit { unit: last + 1..text.len() }),
    };
    Ok((value * (1u64 << shift) as f64) as u64)
}

/// A finite decimal number as Go's `strconv.ParseFloat` reads it, in which `_` may stand between two digits.
fn number(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let well_formed = bytes.iter().enumerate().all(|(at, byte)| match byte {
        b'_' => at > 0 && digit(at - 1) && digit(at + 1),
        b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E' => true,
        _ => false,
    });
    let value: f64 = text.replace('_', "").parse().ok().filter(|_| well_formed)?;
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_go_by_1024_in_any_case() {
        let cases = [
            ("0", 0),
            ("64", 64),
            ("64b", 64),
            ("64m", 64 << 20),
            ("1.5GB", 3 << 29),
            ("1 KiB", 1024),
            ("32.3 mb", 33_869_004),
            (".5k", 512),
            ("32.9", 32),
            ("1_000", 1000),
            ("1e3k", 1_024_000),
            ("-0", 0),
            ("9223372036854775808", 1 << 63),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn errors_say_which_part_is_wrong() {
        for text in ["", "g", "hello"] {
            assert_eq!(parse(text), Err(SizeError::NoNumber), "{text}");
        }
        assert_eq!(parse("-1g"), Err(SizeError::Negative));
        assert_eq!(parse("1  g"), Err(SizeError::BadNumber { number: 0..2 }));
        assert_eq!(parse("0x10"), Err(SizeError::BadNumber { number: 0..4 }));
        assert_eq!(parse("1__0"), Err(SizeError::BadNumber { number: 0..4 }));
        assert_eq!(parse("1e400"), Err(SizeError::BadNumber { number: 0..5 }));
        assert_eq!(parse("32 bb"), Err(SizeError::UnknownUnit { unit: 3..5 }));
        assert_eq!(parse("1eg"), Err(SizeError::UnknownUnit { unit: 1..3 }));
    }
}
