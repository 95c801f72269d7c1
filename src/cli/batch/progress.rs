//! How a run is told of while it goes: a bar, a line now and then, or an object a line.

use super::args::Form;
use crate::batch::part::{Part, Status};
use crate::batch::plan::Name;
use crate::batch::summary::Counts;
use crate::cli::{diagnose, output};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value as Json, json};
use std::io::{IsTerminal, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How often a line is told.
const PAUSE: Duration = Duration::from_secs(30);

/// The progress of a run.
pub(super) struct Progress {
    shared: Arc<(Mutex<State>, Condvar)>,
    bar: ProgressBar,
    form: Form,
    ticker: Option<JoinHandle<()>>,
}

struct State {
    counts: Counts,
    all: u64,
    records: u64,
    begun: Instant,
    at_work: Vec<(Instant, Name)>,
    is_over: bool,
}

impl State {
    /// `412 of 1200 jobs · 3 failed · 1900000 records/s · 130 s left · longest: …`
    fn told(&self) -> String {
        let done = self.counts.all();
        let mut out = format!("{done} of {} jobs", self.all);
        let bad = self.counts.bad() + self.counts.partial;
        if bad > 0 {
            out.push_str(&format!(" · {bad} not ok"));
        }
        let spent = self.begun.elapsed();
        if let Some(rate) = u128::from(self.records).saturating_mul(1000).checked_div(spent.as_millis()) {
            out.push_str(&format!(" · {rate} records/s"));
        }
        if let Some(left) = spent.as_secs().saturating_mul(self.all.saturating_sub(done)).checked_div(done) {
            out.push_str(&format!(" · {left} s left"));
        }
        if let Some((since, name)) = self.at_work.iter().min_by_key(|(since, _)| *since) {
            out.push_str(&format!(" · {} s at {}", since.elapsed().as_secs(), name.shown()));
        }
        out
    }
}

impl Progress {
    /// Begins, with the jobs that are done already.
    pub(super) fn new(form: Form, quiet: bool, done: Counts, all: usize) -> Self {
        let all = u64::try_from(all).unwrap_or(u64::MAX);
        let on_terminal = std::io::stderr().is_terminal() && diagnose::shows_progress();
        let form = match form {
            _ if quiet => Form::None,
            Form::Auto if on_terminal => Form::Auto,
            Form::Auto if diagnose::shows_progress() => Form::Lines,
            Form::Auto => Form::None,
            other => other,
        };
        let bar = if form == Form::Auto {
            let bar = ProgressBar::with_draw_target(Some(all), ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template("{wide_bar} {msg}") {
                bar.set_style(style);
            }
            bar.set_position(done.all());
            bar
        } else {
            ProgressBar::hidden()
        };
        let state = State { counts: done, all, records: 0, begun: Instant::now(), at_work: Vec::new(), is_over: false };
        let shared = Arc::new((Mutex::new(state), Condvar::new()));
        let ticker = matches!(form, Form::Lines | Form::Auto).then(|| {
            let (shared, bar) = (Arc::clone(&shared), bar.clone());
            std::thread::spawn(move || tick(&shared, &bar, form))
        });
        let out = Self { shared, bar, form, ticker };
        out.event(&json!({ "event": "start", "jobs": all, "done": done.all() }));
        out
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// A job begins.
    pub(super) fn begin(&self, name: &Name) {
        self.state().at_work.push((Instant::now(), name.clone()));
    }

    /// A job ended.
    pub(super) fn end(&self, part: &Part, seconds: &str) {
        let name = part.name();
        let mut state = self.state();
        if let Some(at) = state.at_work.iter().position(|(_, n)| *n == name) {
            state.at_work.swap_remove(at);
        }
        state.counts.add(part.status);
        state.records += part.records;
        let (told, done) = (state.told(), state.counts.all());
        drop(state);
        self.bar.set_position(done);
        self.bar.set_message(told);
        if !part.status.has_figures() && matches!(self.form, Form::Auto | Form::Lines) {
            let place = if part.place.is_empty() { String::new() } else { format!("{}: ", part.place) };
            let line = format!("tenor: {}: {}: {place}{} [{}]", part.status.word(), name.shown(), part.reason, part.code);
            self.bar.suspend(|| output::say(&line));
        }
        self.event(
            &json!({ "event": "job", "key": part.key, "series": name.series, "terms": name.terms, "readings": name.readings,
            "status": part.status, "code": part.code, "reason": part.reason, "place": part.place, "records": part.records,
            "rows": part.count(), "seconds": seconds, "done": done }),
        );
    }

    /// How jobs ended so far.
    pub(super) fn counts(&self) -> Counts {
        self.state().counts
    }

    /// All is over.
    pub(super) fn over(&mut self) {
        self.state().is_over = true;
        self.shared.1.notify_all();
        if let Some(ticker) = self.ticker.take() {
            let _ = ticker.join();
        }
        self.bar.finish_and_clear();
    }

    /// Whether standard output is for other programs.
    pub(super) fn is_for_programs(&self) -> bool {
        self.form == Form::Jsonl
    }

    /// Tells other programs of something, where they are told.
    pub(super) fn event(&self, event: &Json) {
        if self.form == Form::Jsonl {
            let mut out = std::io::stdout().lock();
            let _ = writeln!(out, "{event}").and_then(|()| out.flush());
        }
    }
}

fn tick(shared: &(Mutex<State>, Condvar), bar: &ProgressBar, form: Form) {
    let pause = if form == Form::Lines { PAUSE } else { Duration::from_secs(1) };
    let mut state = shared.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    while !state.is_over {
        let (next, waited) = shared.1.wait_timeout(state, pause).unwrap_or_else(std::sync::PoisonError::into_inner);
        state = next;
        if state.is_over || !waited.timed_out() {
            continue;
        }
        let told = state.told();
        if form == Form::Lines {
            output::say(&format!("tenor: {told}"));
        } else {
            bar.set_message(told);
        }
    }
}

/// Statuses that are told as they come.
impl Drop for Progress {
    fn drop(&mut self) {
        self.over();
    }
}

/// How jobs ended that are done already.
pub(super) fn counted(statuses: impl Iterator<Item = Status>) -> Counts {
    let mut out = Counts::default();
    statuses.for_each(|s| out.add(s));
    out
}
