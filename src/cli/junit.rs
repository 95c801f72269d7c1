//! Examples as JUnit has tests: a suite for each file, a case for each example.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use serde_json::{Value as Json, json};

/// How an example ended.
pub(super) enum Case {
    Passed,
    /// It expects nothing.
    Empty,
    /// What of it is not as expected.
    Failed(Vec<String>),
    /// The file is wrong, and nothing of it is run.
    Broken,
}

impl Case {
    /// The example, for other programs.
    pub(super) fn json(&self, title: &str, line: usize) -> Json {
        let (status, problems) = match self {
            Self::Passed => ("passed", &[][..]),
            Self::Empty => ("without_expectation", &[][..]),
            Self::Failed(problems) => ("failed", problems.as_slice()),
            Self::Broken => ("wrong", &[][..]),
        };
        json!({ "title": title, "line": line, "status": status, "problems": problems })
    }
}

/// Examples, gathered.
pub(super) struct Junit(Report);

impl Default for Junit {
    fn default() -> Self {
        Self(Report::new("tenor"))
    }
}

impl Junit {
    /// Adds a file with its examples: their titles and lines, and how they ended.
    pub(super) fn add(&mut self, file: &str, cases: &[(String, usize, Case)]) {
        let mut suite = TestSuite::new(file);
        for (title, line, case) in cases {
            let status = match case {
                Case::Passed => TestCaseStatus::success(),
                Case::Empty => {
                    let mut status = TestCaseStatus::skipped();
                    status.set_message("it expects nothing");
                    status
                }
                Case::Failed(problems) => {
                    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                    status.set_message(problems.first().map_or("", String::as_str)).set_description(problems.join("\n"));
                    status
                }
                Case::Broken => {
                    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
                    status.set_message("the terms are wrong, and no example of them is run: see `tenor check`");
                    status
                }
            };
            let mut case = TestCase::new(title.as_str(), status);
            case.set_classname(file).extra.insert("line".into(), line.to_string().into());
            suite.add_test_case(case);
        }
        self.0.add_test_suite(suite);
    }

    /// The document; none where it cannot be written.
    pub(super) fn document(&self) -> Option<String> {
        self.0.to_string().ok()
    }
}
