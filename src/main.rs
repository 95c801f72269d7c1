use std::path::Path;
struct Fs;
impl tenor::check::Reader for Fs {
    fn read(&self, path: &Path) -> Result<String, String> { std::fs::read_to_string(path).map_err(|e| e.to_string()) }
}
fn main() {
    let path = std::env::args().nth(1).unwrap();
    let c = tenor::check::check(Path::new(&path), &Fs);
    for p in c.problems {
        let src = c.sources.get(p.span().file).unwrap();
        let r = miette::Report::new(p).with_source_code(miette::NamedSource::new(src.path.display().to_string(), src.text.to_string()));
        eprintln!("{r:?}");
    }
}
