//! The README: short, and true.

use crate::tenor;

fn text(path: &str) -> String {
    std::fs::read_to_string(tenor::root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

#[test]
fn the_readme_is_short_and_its_links_lead_somewhere() {
    let readme = text("README.md");
    assert!(readme.lines().count() < 200, "README.md has 200 lines or more");
    let broken: Vec<&str> = readme
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .filter(|target| {
            let path = target.split('#').next().unwrap_or(target);
            !target.contains("://") && !path.is_empty() && !tenor::root().join(path).exists()
        })
        .collect();
    assert!(broken.is_empty(), "links of the README lead nowhere: {broken:?}");
}

#[test]
fn the_readme_shows_what_is_there() {
    let readme = text("README.md");
    assert!(readme.contains(&text("examples/first.jsonl")), "the events are not those of examples/first.jsonl");
    let terms = text("terms/glowpoint-2005.terms");
    for block in fences(&readme, "terms").flat_map(|f| f.split("\n\n").map(str::trim).collect::<Vec<_>>()) {
        assert!(terms.contains(block), "not in the terms:\n{block}");
    }
}

#[test]
fn the_readme_shows_what_comes_out() {
    let readme = text("README.md");
    let output = tenor::tenor(&["run", "terms/glowpoint-2005.terms", "examples/glowpoint-history.jsonl"]);
    let output = String::from_utf8_lossy(&output.stdout);
    let Some(shown) = fences(&readme, "text").next() else { panic!("the README shows no output") };
    assert!(output.contains(shown.trim_end()), "the README shows\n{shown}\nand this comes out\n{output}");
}

#[test]
fn the_changes_the_readme_suggests_have_the_results_it_gives() {
    let readme = text("README.md");
    let terms = text("terms/glowpoint-2005.terms");
    let changed = terms
        .replace("  while the change is under 1%\n", "  while the change is under 5%\n")
        .replace("    but not below floor_price, or not at all when floor_effect is skip\n", "");
    let folder = tempfile::tempdir().unwrap_or_else(|e| panic!("{e}"));
    copy("terms", folder.path());
    let mine = folder.path().join("mine.terms");
    std::fs::write(&mine, changed).unwrap_or_else(|e| panic!("{e}"));
    for (path, row) in [
        (tenor::root().join("terms/glowpoint-2005.terms"), "$1.47 | 101,020.41 | 0 shares"),
        (mine, "$1.2348022343… | 99,000.00 | 2,020.41 shares"),
    ] {
        assert!(readme.contains(row), "the README does not show {row}");
        let output = tenor::tenor(&["run".as_ref(), path.as_os_str(), "examples/first.jsonl".as_ref()]);
        let output = String::from_utf8_lossy(&output.stdout);
        let there = |l: &str| row.split(" | ").all(|cell| l.contains(cell));
        assert!(output.lines().any(there), "{row} does not come out:\n{output}");
    }
}

/// The fenced blocks of a language.
fn fences<'t>(text: &'t str, language: &str) -> impl Iterator<Item = &'t str> {
    let open = format!("```{language}\n");
    let starts: Vec<usize> = text.match_indices(&open).map(|(at, _)| at + open.len()).collect();
    starts.into_iter().filter_map(move |at| text.get(at..)?.split("\n```").next())
}

/// Copies a folder of the project into another folder.
fn copy(from: &str, to: &std::path::Path) {
    let entries = std::fs::read_dir(tenor::root().join(from)).unwrap_or_else(|e| panic!("{from}: {e}"));
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let (source, target) = (format!("{from}/{name}"), to.join(&name));
        if entry.path().is_dir() {
            std::fs::create_dir_all(&target).unwrap_or_else(|e| panic!("{source}: {e}"));
            copy(&source, &target);
        } else {
            std::fs::copy(entry.path(), &target).unwrap_or_else(|e| panic!("{source}: {e}"));
        }
    }
}
