//! Every layout with sentences made up for it.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use crate::corpus::documents::{ReadFile, read_file};
use crate::corpus::{Corpus, CorpusConfig, Sentence, Severity, Split, check};

fn read(text: &str) -> Result<ReadFile, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.json");
    std::fs::write(&path, text).unwrap();
    read_file(&path).map_err(|error| {
        let told = error.to_string();
        told.replace(&format!("{}/", folder.path().display()), "")
    })
}

fn shown(sentence: &Sentence) -> String {
    let span = |span: crate::corpus::Span| format!("{}-{}", span.start, span.end);
    let entities = sentence.entities.iter();
    let entities: Vec<String> = entities
        .map(|one| format!("{} {}", one.label, span(one.span)))
        .collect();
    let relations = sentence.relations.iter();
    let relations: Vec<String> = relations
        .map(|one| format!("{} {} {}", span(one.head), one.label, span(one.tail)))
        .collect();
    let words = sentence.tokens.join("|");
    format!("{words}: {}; {}", entities.join(", "), relations.join(", "))
}

fn all(file: &ReadFile) -> Vec<String> {
    let document = |one: &crate::corpus::Document| {
        assert_eq!(one.sentences.len(), 1);
        format!("{} {}", one.key, shown(&one.sentences[0]))
    };
    file.documents.iter().map(document).collect()
}

const TEXT: &str = r#"[
{"text": "Ada Bell of Bell Labs met Ada .", "triple_list": [["Bell Labs", "has", "Ada Bell"], ["Ada", "is", "Ada"], ["Bell Labs", "has", "Ada Bell"]]},
{"text": "Orbit fell .", "triple_list": [["Orbit", "r", "Rome"], ["", "r", "Orbit"], ["Orbit", "r", "fell"]]}
]"#;

#[test]
fn triples_by_words_take_the_first_occurrence() {
    let file = read(TEXT).unwrap();
    assert_eq!(
        all(&file),
        [
            "0 Ada|Bell|of|Bell|Labs|met|Ada|.: Entity 3-4, Entity 0-1, Entity 0-0; 3-4 has 0-1, 0-0 is 0-0",
            "1 Orbit|fell|.: Entity 0-0, Entity 1-1; 0-0 r 1-1",
        ]
    );
    assert_eq!(file.left_out, ["1", "1"]);
    let lines: String = TEXT.lines().filter(|line| line.len() > 1).collect();
    let lines = lines.replace("},{", "}\n\n{");
    assert_eq!(all(&read(&lines).unwrap()), all(&file));
}

#[test]
fn triples_by_offsets_keep_the_mention_and_its_type() {
    let text = r#"{"tokens": ["a", "b", "a"], "spo_list": [["a", "r", "a b"]], "pos_tags": ["X", "X", "X"],
        "spo_details": [[2, 3, "None-label", "r", 0, 2, "Person"]]}"#;
    let file = read(&text.replace('\n', "")).unwrap();
    assert_eq!(all(&file), ["0 a|b|a: Entity 2-2, Person 0-1; 2-2 r 0-1"]);
    let wide = text.replace('\n', "").replace("0, 2", "0, 4");
    insta::assert_snapshot!(read(&wide).unwrap_err(), @"x.json:1: document `0`: spo_details[0]: words 0 to 4 (exclusive) are no span of 3 words");
}

const MENTIONS: &str = r#"{"sentext": "\"Ada runs Orbit .\"\r\n", "relations": [{"rtext": "runs", "em1": "Ada", "em2": "Orbit", "tags": [4, 0, 5, 0]}, {"rtext": "None", "em1": "Orbit", "em2": "Ada", "tags": []}]}
{"sentext": "Nobody .\r\n", "relations": [{"rtext": "None", "em1": "Nobody", "em2": ".", "tags": []}]}
{"sentext": "None .\r\n", "relations": []}
{"sentext": "Rome fell .\r\n", "relations": [{"rtext": "r", "em1": "Rome", "em2": "Ada", "tags": []}]}
"#;

#[test]
fn sentences_without_triples_are_no_part_of_what_hrl_released() {
    let file = read(MENTIONS).unwrap();
    assert_eq!(
        all(&file),
        [
            "0 Ada|runs|Orbit|.: Entity 0-0, Entity 2-2; 0-0 runs 2-2",
            "3 Rome|fell|.: ; "
        ]
    );
    assert_eq!(file.left_out, ["3"]);
}

fn load(files: &[(&str, &str)]) -> Result<Corpus, String> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let config = CorpusConfig {
        path: Some(folder.path().into()),
        ..CorpusConfig::default()
    };
    let loaded = config.load(Path::new("/nowhere"));
    loaded.map_err(|error| error.to_string())
}

#[test]
fn what_hrl_released_needs_no_dev_file() {
    let train = MENTIONS.repeat(5);
    let corpus = load(&[("train.json", &train), ("test.json", MENTIONS)]).unwrap();
    assert_eq!((corpus.train.len(), corpus.dev.len()), (9, 1));
    assert!(corpus.dev.iter().all(|one| !corpus.train.contains(one)));
    let files = [
        ("train.json", &train[..]),
        ("dev.json", MENTIONS),
        ("test.json", MENTIONS),
    ];
    let corpus = load(&files).unwrap();
    assert_eq!((corpus.train.len(), corpus.dev.len()), (10, 2));
    let error = load(&[("train.json", TEXT), ("test.json", TEXT)]).unwrap_err();
    assert!(
        error.ends_with("expected a file such as dev.json"),
        "{error}"
    );
}

#[test]
fn triples_left_out_are_found_by_the_check() {
    let files = [
        ("train_triples.json", TEXT),
        ("val_triples.json", TEXT),
        ("test_triples.json", TEXT),
    ];
    let check = check(&load(&files).unwrap());
    for split in Split::ALL {
        let mut found = check.findings.iter();
        let found = found
            .find(|one| one.split == split && one.what.contains("left out"))
            .unwrap();
        assert_eq!((found.severity, found.count), (Severity::Warning, 2));
        assert_eq!(found.examples, ["1#0", "1#0"]);
    }
}

#[test]
fn faults_name_line_record_and_field() {
    let broken = |from: &str, to: &str| {
        assert!(TEXT.contains(from), "{from}");
        read(&TEXT.replacen(from, to, 1)).err().unwrap_or_default()
    };
    insta::assert_snapshot!(broken(r#""Rome"]"#, "7]"), @"x.json:3: document `1`: [1].triple_list[0][2]: expected a string, found a number");
    insta::assert_snapshot!(broken(r#", "Rome"]"#, "]"), @"x.json:3: document `1`: [1].triple_list[0]: expected a triple of 3 values, found 2 values");
    insta::assert_snapshot!(broken(r#""text": "Orbit fell .""#, r#""text": []"#), @"x.json:3: document `1`: [1].text: expected a string, found a list");
    let broken = |from: &str, to: &str| {
        assert!(MENTIONS.contains(from), "{from}");
        let text = MENTIONS.replacen(from, to, 1);
        read(&text).err().unwrap_or_default()
    };
    insta::assert_snapshot!(broken(r#""em2": "Orbit", "#, ""), @"x.json:1: document `0`: relations[0].em2: expected a string, found nothing");
    insta::assert_snapshot!(broken(r#""relations": []"#, r#""relations": {}"#), @"x.json:3: document `2`: relations: expected a list, found an object");
}
