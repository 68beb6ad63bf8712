//! What a YAML scalar is to Compose: the rules of go.yaml.in/yaml v3, which Compose reads files with.
//!
//! Source: behaviour of Docker Compose 2.40.3 on the scalars in `fixtures/yaml/scalars.json`.

/// The type of a scalar, with its value where that is needed.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Kind {
    /// `null`, `~` or nothing.
    Null,
    /// `true` or `false` in three spellings. `yes` and `on` are strings.
    Bool(bool),
    /// A whole number: decimal, `0x`, `0o`, `0b`, or octal with a leading zero; `_` may stand between digits.
    Integer(i128),
    /// A number with a fraction or an exponent.
    Float(f64),
    /// Everything else.
    String,
    /// A date or a date with time.
    Timestamp,
    /// The merge key `<<`.
    Merge,
}

/// The type of a scalar from its text, whether it is written without quotes, and its tag in the short form.
pub fn kind(value: &str, plain: bool, tag: Option<&str>) -> Kind {
    match tag {
        // What is reset counts as it is written.
        None | Some("!" | "!reset") if plain => untagged(value, true),
        None | Some("!" | "!reset") => Kind::String,
        Some("!!merge") if value == "<<" => Kind::Merge,
        Some("!!float") => match untagged(value, false) {
            Kind::Integer(number) => Kind::Float(number as f64),
            kind => kind,
        },
        Some(tag @ ("!!int" | "!!bool" | "!!null" | "!!timestamp")) => untagged(value, tag == "!!timestamp"),
        // Compose ignores every other tag, but what has one is text.
        Some(_) => Kind::String,
    }
}

/// Whether Compose can read a scalar as its tag says. Only the tags of YAML itself are held to it.
pub fn fits_tag(value: &str, tag: &str) -> bool {
    let kind = kind(value, false, Some(tag));
    match tag {
        "!!int" => matches!(kind, Kind::Integer(_)),
        // Go has no way from an unsigned number to a float here.
        "!!float" => matches!(kind, Kind::Float(_)) && integer(&digits_of(value)).is_none_or(|it| it < 1 << 63),
        "!!bool" => matches!(kind, Kind::Bool(_)),
        "!!null" => kind == Kind::Null,
        "!!timestamp" => kind == Kind::Timestamp,
        _ => true,
    }
}

fn untagged(value: &str, timestamps: bool) -> Kind {
    let Some(first) = value.as_bytes().first() else { return Kind::Null };
    match first {
        b'~' | b'n' | b'N' if matches!(value, "~" | "null" | "Null" | "NULL") => Kind::Null,
        b't' | b'T' if matches!(value, "true" | "True" | "TRUE") => Kind::Bool(true),
        b'f' | b'F' if matches!(value, "false" | "False" | "FALSE") => Kind::Bool(false),
        b'<' if value == "<<" => Kind::Merge,
        b'.' => match value {
            ".nan" | ".NaN" | ".NAN" => Kind::Float(f64::NAN),
            ".inf" | ".Inf" | ".INF" => Kind::Float(f64::INFINITY),
            // Behind a leading dot a `_` counts only between two digits.
            _ if value.split('_').skip(1).any(|it| !it.starts_with(|it: char| it.is_ascii_digit()))
                || value.split('_').rev().skip(1).any(|it| !it.ends_with(|it: char| it.is_ascii_digit())) =>
            {
                Kind::String
            }
            _ => float(&digits_of(value)).map_or(Kind::String, Kind::Float),
        },
        b'+' | b'-' | b'0'..=b'9' => match value {
            "+.inf" | "+.Inf" | "+.INF" => Kind::Float(f64::INFINITY),
            "-.inf" | "-.Inf" | "-.INF" => Kind::Float(f64::NEG_INFINITY),
            _ if timestamps && is_timestamp(value) => Kind::Timestamp,
            _ => {
                let digits = digits_of(value);
                let integer = integer(&digits).map(Kind::Integer);
                integer.or_else(|| float(&digits).map(Kind::Float)).unwrap_or(Kind::String)
            }
        },
        _ => Kind::String,
    }
}

fn digits_of(value: &str) -> std::borrow::Cow<'_, str> {
    match value.contains('_') {
        true => value.replace('_', "").into(),
        false => value.into(),
    }
}

/// A whole number as Go's `strconv.ParseInt` with base 0 reads it, from -2^63 to 2^64 - 1.
fn integer(text: &str) -> Option<i128> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
        [b'0', b'b' | b'B', ..] => (2, &digits[2..]),
        [b'0', b'o' | b'O', ..] => (8, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    // go-yaml parses what follows `0o` and `0b` as a number of its own, which may have a sign.
    let own_sign = matches!(text.as_bytes(), [b'0', b'o' | b'b', b'+' | b'-', ..]);
    let bare = if own_sign { &digits[1..] } else { digits };
    if bare.is_empty() || !bare.chars().all(|it| it.is_digit(radix)) {
        return None;
    }
    let value = i128::from_str_radix(digits, radix).ok()?;
    let value = if negative { -value } else { value };
    (-(1 << 63)..1 << 64).contains(&value).then_some(value)
}

/// A finite number of the form `1`, `1.5`, `.5`, `1.` with an optional exponent.
fn float(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (&unsigned[..at], Some(&unsigned[at + 1..])),
        None => (unsigned, None),
    };
    let digits = |it: &str| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mantissa_ok = match whole {
        "" => digits(fraction),
        _ => digits(whole) && (fraction.is_empty() || digits(fraction)),
    };
    let exponent_ok = exponent.is_none_or(|it| digits(it.strip_prefix(['-', '+']).unwrap_or(it)));
    if !mantissa_ok || !exponent_ok {
        return None;
    }
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

/// The layouts of go-yaml: a date, or a date and a time with `T`, `t` or blanks between them.
fn is_timestamp(text: &str) -> bool {
    timestamp(text).is_some()
}

fn timestamp(text: &str) -> Option<()> {
    let mut rest = text;
    // One or two digits, as Go's `time.Parse` reads them.
    let number = |rest: &mut &str, range: std::ops::RangeInclusive<u32>| {
        let length = rest.bytes().take(2).take_while(u8::is_ascii_digit).count();
        let (digits, after) = rest.split_at(length);
        *rest = after;
        digits.parse().ok().filter(|it| range.contains(it))
    };
    let sign = |rest: &mut &str, sign: &[char]| rest.strip_prefix(sign).map(|after| *rest = after);
    if !rest.bytes().take(4).all(|it| it.is_ascii_digit()) || rest.as_bytes().get(4) != Some(&b'-') {
        return None;
    }
    let year: u32 = rest[..4].parse().ok()?;
    rest = &rest[5..];
    let month = number(&mut rest, 1..=12)?;
    sign(&mut rest, &['-'])?;
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    number(&mut rest, 1..=days)?;
    if rest.is_empty() {
        return Some(());
    }
    let zoned = rest.starts_with(['T', 't']);
    sign(&mut rest, &['T', 't', ' '])?;
    rest = if zoned { rest } else { rest.trim_start_matches(' ') };
    number(&mut rest, 0..=23)?;
    sign(&mut rest, &[':'])?;
    number(&mut rest, 0..=59)?;
    sign(&mut rest, &[':'])?;
    number(&mut rest, 0..=59)?;
    if let Some(fraction) = rest.strip_prefix(['.', ','])
        && fraction.starts_with(|it: char| it.is_ascii_digit())
    {
        rest = fraction.trim_start_matches(|it: char| it.is_ascii_digit());
    }
    if !zoned || rest == "Z" {
        return (rest.is_empty() != zoned).then_some(());
    }
    sign(&mut rest, &['+', '-'])?;
    let wide = rest.len() == 5 && rest.as_bytes()[2] == b':';
    number(&mut rest, 0..=24).filter(|_| wide)?;
    sign(&mut rest, &[':'])?;
    number(&mut rest, 0..=60)?;
    rest.is_empty().then_some(())
}

/// The text behind `!!binary`; `None` if it is no base64. What is not UTF-8 in it is replaced, as Compose does.
pub(super) fn decode_base64(text: &str) -> Option<String> {
    let digit = |it: u8| match it {
        b'A'..=b'Z' => Some(it - b'A'),
        b'a'..=b'z' => Some(it - b'a' + 26),
        b'0'..=b'9' => Some(it - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let letters: Vec<u8> = text.bytes().filter(|it| !matches!(it, b'\n' | b'\r')).collect();
    let mut bytes = Vec::new();
    let (quads, rest) = letters.as_chunks::<4>();
    for (at, quad) in quads.iter().enumerate() {
        let padding = quad.iter().rev().take_while(|it| **it == b'=').count();
        if !rest.is_empty() || padding > 2 || (padding > 0 && at + 1 < quads.len()) {
            return None;
        }
        let mut bits = 0_u32;
        for letter in &quad[..4 - padding] {
            bits = bits << 6 | u32::from(digit(*letter)?);
        }
        bits <<= 6 * padding;
        bytes.extend_from_slice(&bits.to_be_bytes()[1..4 - padding]);
    }
    rest.is_empty().then(|| String::from_utf8_lossy(&bytes).into_owned())
}
