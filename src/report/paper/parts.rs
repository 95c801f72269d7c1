//! What Word knows of a document and the library that writes it does not say: its language, its title, who wrote it, and
//! which rows of tables are heads.

use super::Sheet;
use docx_rs::XMLDocx;

/// The language of papers.
const LANGUAGE: &str = "en-US";

/// Says it in the parts of a document.
pub(super) fn finish(parts: &mut XMLDocx, sheet: &Sheet, title: &str) {
    let lang = format!(r#"<w:lang w:val="{LANGUAGE}" w:eastAsia="{LANGUAGE}" /></w:rPr></w:rPrDefault>"#);
    replace(&mut parts.styles, "</w:rPr></w:rPrDefault>", &lang);
    // the first row of each table is its head, and stands again on each page
    let first = "</w:tblGrid><w:tr><w:trPr><w:cantSplit />";
    replace(&mut parts.document, first, &format!("{first}<w:tblHeader />"));
    let (title, author) = (escaped(title), escaped(&sheet.author));
    replace(&mut parts.doc_props.core, ">unknown<", &format!(">{author}<"));
    let more = format!("<dc:title>{title}</dc:title><dc:language>{LANGUAGE}</dc:language></cp:coreProperties>");
    replace(&mut parts.doc_props.core, "</cp:coreProperties>", &more);
}

fn replace(part: &mut Vec<u8>, what: &str, by: &str) {
    if let Ok(text) = std::str::from_utf8(part) {
        *part = text.replace(what, by).into_bytes();
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
