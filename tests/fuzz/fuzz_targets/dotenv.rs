//! See `plimsoll_fuzz::dotenv`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| plimsoll_fuzz::dotenv(bytes));
