//! A part of the jobs: those selected, or one share of all.

use super::plan::{Job, Name};
use super::{Trouble, id, instead};
use globset::{Glob, GlobMatcher};

/// What of the jobs is selected. Selectors of one sort are alternatives; of different sorts, all must hold.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    by: Vec<(Sort, GlobMatcher)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Series,
    Terms,
    Readings,
    Status,
}

/// What is known of a job from an earlier run: its status, and whether its key is another now.
#[derive(Debug, Clone, Default)]
pub struct Earlier {
    /// Its status; empty where it was not there.
    pub status: String,
    /// Whether its inputs changed.
    pub is_changed: bool,
}

impl Selection {
    /// Reads selectors: `series:W-F-*`, `terms:*2005*`, `readings:floor=*`, `status:failed`, `changed`.
    ///
    /// # Errors
    /// What is no selector.
    pub fn read(selectors: &[String]) -> Result<Self, Trouble> {
        let mut by = Vec::new();
        for selector in selectors {
            let written = if selector == "changed" { "status:changed" } else { selector.as_str() };
            let Some((sort, pattern)) = written.split_once(':') else {
                let help = "write `series:W-*`, `terms:*2005*`, `readings:floor=*`, `status:failed` or `changed`";
                return Err(Trouble::new("usage::select", format!("`{selector}` selects nothing"), help));
            };
            let sorts =
                [("series", Sort::Series), ("terms", Sort::Terms), ("readings", Sort::Readings), ("status", Sort::Status)];
            let Some((_, sort)) = sorts.iter().find(|(name, _)| *name == sort) else {
                let help = instead(sort, &sorts.map(|(name, _)| name));
                return Err(Trouble::new("usage::select", format!("jobs are not selected by `{sort}`"), help));
            };
            let glob = Glob::new(pattern).map_err(|e| {
                Trouble::new("usage::select", format!("`{pattern}` is no pattern: {}", e.kind()), "write `*` for any text")
            })?;
            by.push((*sort, glob.compile_matcher()));
        }
        Ok(Self { by })
    }

    /// Whether it asks what came of an earlier run.
    #[must_use]
    pub fn needs_state(&self) -> bool {
        self.by.iter().any(|(sort, _)| *sort == Sort::Status)
    }

    /// Whether a job is selected.
    #[must_use]
    pub fn takes(&self, name: &Name, earlier: &Earlier) -> bool {
        let holds = |(sort, glob): &(Sort, GlobMatcher)| match sort {
            Sort::Series => glob.is_match(&name.series),
            Sort::Terms => glob.is_match(&name.terms) || glob.is_match(name.terms.rsplit('/').next().unwrap_or_default()),
            Sort::Readings => glob.is_match(&name.readings),
            Sort::Status => glob.is_match(&earlier.status) || (earlier.is_changed && glob.is_match("changed")),
        };
        let sorts = [Sort::Series, Sort::Terms, Sort::Readings, Sort::Status];
        sorts.into_iter().all(|sort| {
            let mut of = self.by.iter().filter(|(s, _)| *s == sort).peekable();
            of.peek().is_none() || of.any(holds)
        })
    }
}

/// One share of all jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Shard {
    /// Whether a job's share follows from its name, and not from its place.
    pub by_hash: bool,
    /// Which share, from 1.
    pub part: u64,
    /// How many there are.
    pub of: u64,
}

impl Shard {
    /// Reads `hash:3/16` or `slice:3/16`.
    ///
    /// # Errors
    /// That it is no share.
    pub fn read(text: &str) -> Result<Self, Trouble> {
        let wrong =
            || Trouble::new("usage::shard", format!("`{text}` is no share of the jobs"), "write `hash:3/16` or `slice:3/16`");
        let (how, share) = text.split_once(':').ok_or_else(wrong)?;
        let (part, of) = share.split_once('/').ok_or_else(wrong)?;
        let number = |t: &str| t.parse::<u64>().ok().filter(|_| t.bytes().all(|b| b.is_ascii_digit()));
        let (Some(part), Some(of)) = (number(part), number(of)) else { return Err(wrong()) };
        let by_hash = match how {
            "hash" => true,
            "slice" => false,
            _ => return Err(wrong()),
        };
        if part == 0 || part > of {
            return Err(wrong());
        }
        Ok(Self { by_hash, part, of })
    }

    /// As it is written.
    #[must_use]
    pub fn shown(self) -> String {
        format!("{}:{}/{}", if self.by_hash { "hash" } else { "slice" }, self.part, self.of)
    }

    /// Whether a job is of this share: by its name, or by its place among so many.
    #[must_use]
    pub fn takes(self, job: &Job, at: usize, count: usize) -> bool {
        let share = if self.by_hash {
            let Name { series, terms, readings } = &job.name;
            let digest = id::sha256(format!("{series}\n{terms}\n{readings}").as_bytes());
            digest.get(..15).and_then(|d| u64::from_str_radix(d, 16).ok()).unwrap_or(0).checked_rem(self.of)
        } else {
            let wide = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
            wide(at).saturating_mul(self.of).checked_div(wide(count))
        };
        share == self.part.checked_sub(1)
    }
}
