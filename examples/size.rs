use std::path::Path;
struct Files;
impl tenor::check::Reader for Files {
    fn read(&self, path: &Path) -> Result<String, String> {
        std::fs::read_to_string(path).map_err(|e| e.to_string())
    }
}
fn main() {
    for f in std::env::args().skip(1) {
        let checked = tenor::check::check(Path::new(&f), &Files);
        let Some(terms) = checked.terms else { continue };
        let program = tenor::engine::compile(&terms, &[], &[]).unwrap();
        println!(
            "{f} d {} i {} ops {} opsize {}",
            program.d.len(),
            program.i.len(),
            program.ops.len(),
            std::mem::size_of::<tenor::engine::code::Op>()
        );
    }
}
