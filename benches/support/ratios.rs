//! The ratios of what was measured, beside their targets.

use std::path::{Path, PathBuf};

/// What is compared: its name, the measurement, what it is divided by and how often that is, the target.
struct Ratio {
    name: &'static str,
    of: &'static str,
    to: &'static str,
    times: f64,
    target: &'static str,
}

const RATIOS: [Ratio; 8] = [
    Ratio {
        name: "engine / by hand",
        of: "one certificate/engine",
        to: "one certificate/by hand",
        times: 1.0,
        target: "0.80 or less",
    },
    Ratio {
        name: "engine with journal / by hand",
        of: "one certificate/engine with journal",
        to: "one certificate/by hand",
        times: 1.0,
        target: "0.90 or less",
    },
    Ratio {
        name: "by hand rearranged / by hand",
        of: "one certificate/by hand rearranged",
        to: "one certificate/by hand",
        times: 1.0,
        target: "what is possible",
    },
    Ratio {
        name: "500,000 events / 5,000 events",
        of: "size/500,000 events",
        to: "size/5,000 events",
        times: 1.0,
        target: "105 or less",
    },
    Ratio {
        name: "a certificate and event of 10,000 × 1,000 / an event of one certificate",
        of: "size/1,000 events, 10,000 certificates",
        to: "one certificate/engine",
        // 10,000,000 of the one, 100,000 of the other
        times: 100.0,
        target: "1.00 or less",
    },
    Ratio {
        name: "two runs on one thread / on two",
        of: "size/two runs, one thread",
        to: "size/two runs, two threads",
        times: 1.0,
        target: "1.85 or more",
    },
    Ratio {
        name: "JSON lines run / read with serde_json",
        of: "file/jsonl run",
        to: "file/jsonl read alone",
        times: 1.0,
        target: "2.0 or less",
    },
    Ratio { name: "CSV run / read with csv", of: "file/csv run", to: "file/csv read alone", times: 1.0, target: "1.7 or less" },
];

/// Tells the ratios of what has been measured.
pub(crate) fn tell() {
    println!("\n{:>8}  {:<18} what", "ratio", "target");
    for r in RATIOS {
        if let (Some(of), Some(to)) = (nanoseconds(r.of), nanoseconds(r.to)) {
            println!("{:>8.3}  {:<18} {}", of / (to * r.times), r.target, r.name);
        }
    }
}

/// The middle of what was measured, where something was.
fn nanoseconds(of: &str) -> Option<f64> {
    let (group, name) = of.split_once('/')?;
    let text = std::fs::read_to_string(folder().join(group).join(name).join("new/estimates.json")).ok()?;
    let estimates: serde_json::Value = serde_json::from_str(&text).ok()?;
    estimates.get("median")?.get("point_estimate")?.as_f64()
}

/// Where Criterion keeps what it has measured.
fn folder() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| Path::new("target").to_path_buf(), PathBuf::from);
    target.join("criterion")
}
