//! Tests of the targets over the inputs that `fuzz/corpus` keeps, and over large ones made of them.

use std::collections::BTreeSet;
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use fuzz_targets::{TARGETS, run};

/// The size in bytes of a large input.
const LARGE: usize = 1024 * 1024;
/// The most bytes of an input that is kept, and of all inputs of a target.
const MOST: (usize, usize) = (4 * 1024, 64 * 1024);

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

/// Returns the names in a folder, sorted.
fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a text")).collect()
}

/// Returns the inputs that are kept for a target, with their files.
fn inputs(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = root().join("corpus").join(target);
    let files = names(&folder).into_iter().map(|name| folder.join(name));
    files.map(|file| (file.clone(), fs::read(file).expect("an input"))).collect()
}

/// Makes an input large by repeating all of it but its first line, which may name the kind of the rest.
fn enlarged(input: &[u8]) -> Vec<u8> {
    let begin = input.iter().position(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let (first, rest) = input.split_at(begin);
    if rest.is_empty() {
        input.repeat(LARGE / input.len().max(1))
    } else {
        [first, &rest.repeat(LARGE / rest.len())].concat()
    }
}

#[test]
fn every_target_keeps_its_promises_for_the_inputs_that_are_kept() {
    let mut broken = Vec::new();
    for (target, _) in TARGETS {
        for (file, input) in inputs(target) {
            if catch_unwind(|| run(target, &input)).is_err() {
                broken.push(file);
            }
        }
    }
    assert_eq!(broken, [""; 0].map(PathBuf::from));
}

#[test]
fn every_target_bears_a_mebibyte() {
    for (target, _) in TARGETS {
        for (_, input) in inputs(target).iter().take(1) {
            run(target, &enlarged(input));
        }
        for byte in [b'0', b'['] {
            run(target, &vec![byte; LARGE]);
        }
    }
}

#[test]
fn every_target_has_a_binary_and_a_small_corpus() {
    let targets: BTreeSet<_> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let binaries = names(&root().join("fuzz_targets"));
    assert_eq!(binaries, targets.iter().map(|name| format!("{name}.rs")).collect());
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("a manifest");
    let listed = manifest.lines().filter_map(|line| line.strip_prefix("path = \"fuzz_targets/"));
    assert_eq!(listed.map(|rest| rest.trim_end_matches('"').to_owned()).collect::<BTreeSet<_>>(), binaries);
    assert_eq!(names(&root().join("corpus")), targets);
    for target in &targets {
        let sizes: Vec<_> = inputs(target).iter().map(|(_, input)| input.len()).collect();
        assert!(sizes.iter().all(|size| *size <= MOST.0) && sizes.iter().sum::<usize>() <= MOST.1, "{target}");
        assert!(!sizes.is_empty(), "{target} has inputs");
    }
}
