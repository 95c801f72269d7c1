#[test]
fn sketch() {
    let text = std::fs::read_to_string("/tmp/g.terms").unwrap();
    let (f, p) = tenor::syntax::parse(tenor::source::FileId(0), &text);
    println!("{} items", f.items.len());
    for x in p { let s = x.span(); println!("{x}: {:?} line {}", x, text[..s.start as usize].lines().count()); }

    let printed = tenor::syntax::print::file(&f);
    let (g, p) = tenor::syntax::parse(tenor::source::FileId(0), &printed);
    for x in p { let s = x.span(); println!("{x}: {:?} line {}", x, printed[..s.start as usize].lines().count()); }
    for (a,b) in f.items.iter().zip(&g.items) { if a!=b { println!("{}\n----{}", tenor::syntax::print::item(a), tenor::syntax::print::item(b)); } }
    assert!(f==g);
}
