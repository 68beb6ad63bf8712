//! The small grammars of Compose against recorded answers, in `fixtures/grammar/`.

use plimsoll_core::grammar::{dotenv, duration, image, platform, signal, size, words};
use serde_json::{Map, Value, json};

/// Checks every case of a file: `answer` gives the case as it would have been recorded, from its input.
fn check(name: &str, answer: impl Fn(&str, &Map<String, Value>) -> Value) {
    let path = format!(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/grammar/{}.json"), name);
    let file: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    let cases = file["cases"].as_array().unwrap();
    assert!(!cases.is_empty(), "{path} has no cases");
    let mut wrong = Vec::new();
    for case in cases {
        let case = case.as_object().unwrap();
        let input = case["input"].as_str().unwrap();
        let mut actual = answer(input, case);
        actual["input"] = json!(input);
        if actual.as_object() != Some(case) {
            wrong.push(format!("  recorded {}\n  got      {actual}", json!(case)));
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases in {path} differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn durations() {
    check("durations", |input, _| match duration::parse(input) {
        Ok(duration) => {
            let again = duration::parse(&duration.to_string());
            assert_eq!(again, Ok(duration), "what is printed for {input:?} means something else");
            json!({ "is": duration.to_string() })
        }
        Err(duration::DurationError::Invalid | duration::DurationError::Overflow) => json!({ "error": "invalid" }),
        Err(duration::DurationError::MissingUnit) => json!({ "error": "missing-unit" }),
        Err(duration::DurationError::UnknownUnit { .. }) => json!({ "error": "unknown-unit" }),
    });
}

#[test]
fn sizes() {
    check("sizes", |input, _| match size::parse(input) {
        // Compose has 63 bits, and makes the least number of what does not fit.
        Ok(bytes) => json!({ "bytes": i64::try_from(bytes).unwrap_or(i64::MIN) }),
        Err(size::SizeError::NoNumber | size::SizeError::Negative) => json!({ "error": "no-number" }),
        Err(size::SizeError::BadNumber { .. }) => json!({ "error": "bad-number" }),
        Err(size::SizeError::UnknownUnit { .. }) => json!({ "error": "unknown-unit" }),
    });
}

#[test]
fn command_lines() {
    check("words", |input, _| match words::split(input) {
        Ok(words) => {
            for word in &words.words {
                let alone = words::split(&input[word.range.clone()]).unwrap();
                assert_eq!(alone.words.len(), 1, "the range of {word:?} in {input:?} is not one word");
                assert_eq!(alone.words[0].value, word.value, "in {input:?}");
            }
            if let Some(rest) = &words.rest {
                assert_eq!(rest.end, input.len(), "in {input:?}");
                let kept = words::split(&input[..rest.start]).unwrap();
                assert_eq!((kept.words, kept.rest), (words.words.clone(), None), "in {input:?}");
            }
            json!({ "words": words.words.into_iter().map(|word| word.value).collect::<Vec<_>>() })
        }
        Err(error) => {
            assert!(input.is_char_boundary(error.at()), "in {input:?}");
            json!({ "error": true })
        }
    });
}

#[test]
fn images() {
    check("images", |input, case| match image::parse(input) {
        Ok(reference) => {
            let name = &input[reference.name_range()];
            let tag = reference.tag_range().map(|it| &input[it]);
            let digest = reference.digest_range().map(|it| &input[it]);
            assert_eq!((reference.tag, reference.digest), (tag, digest), "in {input:?}");
            let mut answer = json!({ "is": full(&reference) });
            // The parts are recorded for some of the cases only.
            for (key, part) in [("name", Some(name)), ("tag", tag), ("digest", digest)] {
                if let (Some(part), true) = (part, case.contains_key(key)) {
                    answer[key] = json!(part);
                }
            }
            answer
        }
        Err(error) => json!({ "error": match error {
            image::ReferenceError::Empty => "empty",
            image::ReferenceError::Format => "format",
            image::ReferenceError::Uppercase => "uppercase",
            image::ReferenceError::TooLong => "too-long",
            image::ReferenceError::HexName => "hex-name",
            image::ReferenceError::DigestAlgorithm => "digest-algorithm",
            image::ReferenceError::DigestLength => "digest-length",
            image::ReferenceError::DigestFormat => "digest-format",
        } }),
    });
}

/// The reference under which Docker asks the registry: nothing left out, and no tag beside a digest.
fn full(reference: &image::Reference<'_>) -> String {
    let name = match reference.domain {
        // What stands before the `/` looked like a registry, and cannot be one.
        None if reference.path.split_once('/').is_some_and(|(first, _)| first.contains('.')) => {
            reference.path.to_string()
        }
        None | Some("docker.io" | "index.docker.io") if !reference.path.contains('/') => {
            format!("docker.io/library/{}", reference.path)
        }
        None | Some("index.docker.io") => format!("docker.io/{}", reference.path),
        Some(domain) => format!("{domain}/{}", reference.path),
    };
    match (reference.digest, reference.tag) {
        (Some(digest), _) => format!("{name}@{digest}"),
        (None, tag) => format!("{name}:{}", tag.unwrap_or("latest")),
    }
}

#[test]
fn platforms() {
    check("platforms", |input, _| match platform::parse(input) {
        Some(platform) => {
            let parts = [("os", platform.os), ("architecture", platform.architecture), ("variant", platform.variant)];
            let known = parts.into_iter().filter_map(|(key, part)| Some((key.to_string(), json!(part?))));
            Value::Object(known.collect())
        }
        None => json!({ "error": true }),
    });
}

#[test]
fn signals() {
    check("signals", |input, _| match signal::parse(input) {
        Some(signal) => {
            assert_eq!(signal::parse(&signal.name()), Some(signal), "the name of {input:?} is another signal");
            json!({ "name": signal.name(), "number": signal.number() })
        }
        None => json!({ "error": true }),
    });
}

#[test]
fn files_of_variables() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/grammar/dotenv.json");
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let cases = file["cases"].as_array().unwrap();
    assert!(!cases.is_empty(), "{path} has no cases");
    let mut wrong = Vec::new();
    for case in cases {
        let text = case["text"].as_str().unwrap();
        let lookup = |name: &str| case["environment"][name].as_str().map(str::to_string);
        let parse = if case["format"] == "raw" { dotenv::parse_raw } else { dotenv::parse };
        let (key, actual) = match parse(text, &lookup) {
            Ok(assignments) => {
                let mut values = Map::new();
                for it in assignments {
                    assert_eq!(text[it.name_range], it.name, "in {text:?}");
                    assert!(text.get(it.value_range).is_some(), "in {text:?}");
                    // A later one counts, unless it has no value.
                    values.extend(it.value.map(|value| (it.name, json!(value))));
                }
                ("values", Value::Object(values))
            }
            Err(error) => {
                assert!(text.get(error.at.clone()).is_some(), "in {text:?}");
                // Compose does not name the line of every mistake.
                let named = case["error"].as_str().is_some_and(|it| it.starts_with("line "));
                ("error", json!(if named { error.to_string() } else { error.message }))
            }
        };
        if case[key] != actual {
            wrong.push(format!("  recorded {case}\n  got      {key} {actual}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases in {path} differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
