use std::path::Path;
use tenor::engine::{Engine, Options, compile};
use tenor::event::{Batch, Format, Schema, Stream};
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
    let terms = c.terms.unwrap();
    let readings = vec![0; terms.readings.len()];
    let program = compile(&terms, &readings, &[]).unwrap();
    eprintln!("{} ops, {} d, {} i", program.ops.len(), program.d.len(), program.i.len());
    let Some(events) = std::env::args().nth(2) else { return };
    let mut schema = Schema::new(&terms);
    let f = std::io::BufReader::new(std::fs::File::open(&events).unwrap());
    let mut s = match Stream::new(f, Format::of_name(&events).unwrap(), None) { Ok(s) => s, Err(e) => { eprintln!("{e:?}"); return } };
    let mut engine = Engine::new(&program, &terms, Default::default(), Options::default());
    let mut batch = Batch::default();
    loop {
        match s.next(&mut schema, engine.texts(), &mut batch) {
            Ok(Some((h, _))) => engine.record(&batch, &h),
            Ok(None) => break,
            Err(e) => { eprintln!("{e:?}"); break }
        }
    }
    let run = engine.finish();
    for c in &run.changes { let s = program.sites[c.site as usize]; let st = &terms.states[s.state.at()]; println!("{} {:?} {} row {} {} -> {} {:?}", c.when.number, terms.cite(c.clause), st.name, c.row as i32, c.before, c.after, c.status); }
    println!("{:?}", run.stopped);
    for r in &run.refusals { println!("refused {} {} {:?}", r.when.number, terms.cite(r.clause), r.reason); }
    for r in &run.owed { println!("owed {} {} {:?} {:?}", r.when.number, terms.obligations[r.obligation.at()].name, r.due, r.standing); }
    for s in &run.shown { println!("{} {:?}", terms.reports[s.report].name, s.columns); }
}
