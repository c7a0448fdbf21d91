//! The result of an attack.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::{Value, json};

/// The classes of leaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// A key was let in that had to be refused.
    Admitted,
    /// An answer contains a word that another tenant wrote, or an id of it.
    Marker,
    /// An attacker's own view changed when another tenant did something.
    Noticed,
    /// The status or code for a foreign id is not that for an unknown one.
    Status,
    /// A header is not.
    Header,
    /// The body is not.
    Body,
    /// The attack changed something that belongs to another tenant.
    Changed,
    /// The answer for a foreign id takes longer, or less long.
    Time,
}

impl Class {
    /// All classes.
    pub const ALL: [Self; 8] = [
        Self::Admitted,
        Self::Marker,
        Self::Noticed,
        Self::Status,
        Self::Header,
        Self::Body,
        Self::Changed,
        Self::Time,
    ];

    /// The word for the class.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Admitted => "admitted",
            Self::Marker => "marker",
            Self::Noticed => "noticed",
            Self::Status => "status",
            Self::Header => "header",
            Self::Body => "body",
            Self::Changed => "changed",
            Self::Time => "time",
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::Admitted => "Let in: a key or permission that must be refused was accepted",
            Self::Marker => "Shown: an answer contains a text or an id of the other side",
            Self::Noticed => "Noticed: the attacker's own answers change with what the other side does",
            Self::Status => "Status: a foreign id is answered with another status or code than an unknown one",
            Self::Header => "Header: a foreign id is answered with another header than an unknown one",
            Self::Body => "Body: a foreign id is answered with another body than an unknown one",
            Self::Changed => "Changed: the attack changed something of the other side",
            Self::Time => "Time: a foreign id takes much longer or shorter than an unknown one",
        }
    }
}

/// A leak.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The class of the leak.
    pub class: Class,
    /// The operation.
    pub operation: String,
    /// The place of the id in the request.
    pub place: String,
    /// The kind of the id: foreign, deleted, asleep or moved away.
    pub kind: String,
    /// The key, and the tenant that the request names.
    pub way: String,
    /// The observation.
    pub seen: String,
    /// A command that repeats the request.
    pub curl: String,
}

/// The result of an attack.
#[derive(Debug, Default)]
pub struct Report {
    /// The leaks.
    pub findings: Vec<Finding>,
    /// Differences of time, which may be chance.
    pub warnings: Vec<String>,
    /// The number of requests.
    pub requests: u64,
    /// The number of pairs of a foreign and an unknown id that were compared.
    pub pairs: u64,
    /// The operations that were attacked.
    pub attacked: BTreeSet<String>,
    /// The operations that were not, each with the reason.
    pub not_attacked: BTreeMap<String, String>,
    /// The reason for which the attack ended early.
    pub ended: Option<String>,
    /// The things that the attack leaves on the instance, each with the reason.
    pub left: Vec<String>,
}

impl Report {
    /// Whether nothing was found.
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }

    /// Adds a leak, unless it is known of the operation, in that place and for that kind of id, from another way.
    pub(crate) fn find(&mut self, finding: Finding) {
        let is_known = |known: &Finding| {
            let same = |finding: &Finding| (finding.class, finding.operation.clone(), finding.place.clone());
            same(known) == same(&finding) && known.kind == finding.kind
        };
        if !self.findings.iter().any(is_known) {
            self.findings.push(finding);
        }
    }

    /// Returns the report for people.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for class in Class::ALL {
            let found: Vec<_> = self.findings.iter().filter(|finding| finding.class == class).collect();
            if found.is_empty() {
                continue;
            }
            let _ = writeln!(text, "{}\n", class.title());
            for Finding { operation, place, kind, way, seen, curl, .. } in found {
                let _ = writeln!(text, "  {operation}: {kind} id in {place}, by {way}\n    {seen}\n    {curl}\n");
            }
        }
        if !self.warnings.is_empty() {
            let _ = writeln!(text, "Warnings\n\n  {}\n", self.warnings.join("\n  "));
        }
        if !self.not_attacked.is_empty() {
            let _ = writeln!(text, "Not attacked\n");
            for (operation, reason) in &self.not_attacked {
                let _ = writeln!(text, "  {operation}: {reason}");
            }
            text.push('\n');
        }
        if !self.left.is_empty() {
            let _ = writeln!(text, "Left on the instance\n\n  {}\n", self.left.join("\n  "));
        }
        if let Some(reason) = &self.ended {
            let _ = writeln!(text, "The attack ended early: {reason}.\n");
        }
        let (leaks, attacked) = (self.findings.len(), self.attacked.len());
        let numbers =
            format!("{attacked} operations attacked, {} requests, {} pairs compared", self.requests, self.pairs);
        let leaks = if leaks == 0 { "no leaks".to_owned() } else { format!("{leaks} leaks") };
        let _ = write!(text, "{leaks} found: {numbers}");
        text
    }

    /// Returns the report for programs.
    pub fn json(&self) -> Value {
        let findings: Vec<_> = self
            .findings
            .iter()
            .map(|Finding { class, operation, place, kind, way, seen, curl }| {
                json!({
                    "class": class.word(), "operation": operation, "place": place, "kind": kind, "way": way,
                    "seen": seen, "curl": curl,
                })
            })
            .collect();
        json!({
            "findings": findings, "warnings": self.warnings, "requests": self.requests, "pairs": self.pairs,
            "attacked": self.attacked, "notAttacked": self.not_attacked, "endedEarly": self.ended, "left": self.left,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(class: Class, way: &str) -> Finding {
        Finding {
            class,
            operation: "getUser".to_owned(),
            place: "the path".to_owned(),
            kind: "foreign".to_owned(),
            way: way.to_owned(),
            seen: "200, and 404 for an unknown id".to_owned(),
            curl: "curl".to_owned(),
        }
    }

    #[test]
    fn a_leak_is_told_once_and_under_its_class() {
        let mut report = Report::default();
        for (class, way) in [(Class::Status, "a key"), (Class::Status, "another key"), (Class::Marker, "a key")] {
            report.find(finding(class, way));
        }
        assert!(!report.is_clean());
        let text = report.text();
        assert!(text.find("Shown:").expect("a class") < text.find("Status:").expect("a class"), "{text}");
        assert!(text.ends_with("2 leaks found: 0 operations attacked, 0 requests, 0 pairs compared"), "{text}");
        assert_eq!(report.json()["findings"][0]["class"], "status");
    }
}
