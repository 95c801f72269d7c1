//! Markdown to a Word document, with styles of its own. The same Markdown gives the same bytes.

use docx_rs::{
    AlignmentType, Docx, LineSpacing, Paragraph, Run, RunFonts, Style, StyleType, Table, TableCell, TableRow, WidthType,
};
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Tag, TagEnd};
use std::io::Cursor;

/// A Word document.
///
/// # Errors
/// Why it could not be packed.
pub fn docx(markdown: &str) -> Result<Vec<u8>, String> {
    let mut writer = Writer { out: styles(Docx::new()), ..Writer::default() };
    for event in super::parser(markdown) {
        writer.event(event);
    }
    let mut bytes = Cursor::new(Vec::new());
    writer.out.build().pack(&mut bytes).map_err(|e| e.to_string())?;
    Ok(bytes.into_inner())
}

fn styles(docx: Docx) -> Docx {
    let style = |id: &str, name: &str| Style::new(id, StyleType::Paragraph).name(name);
    let after = |points: u32| LineSpacing::new().after(points * 20);
    let serif = RunFonts::new().ascii("Georgia").hi_ansi("Georgia");
    docx.default_fonts(serif)
        .default_size(22)
        .add_style(style("Title1", "Paper Title").size(32).bold().align(AlignmentType::Center).line_spacing(after(18)))
        .add_style(style("Head2", "Paper Heading").size(24).bold().line_spacing(LineSpacing::new().before(240).after(120)))
        .add_style(style("Text", "Paper Text").line_spacing(after(8)))
        .add_style(style("Item", "Paper Item").indent(Some(360), None, None, None).line_spacing(after(4)))
        .add_style(style("Code", "Paper Code").size(18).fonts(RunFonts::new().ascii("Consolas").hi_ansi("Consolas")))
        .add_style(style("Cell", "Paper Cell").size(20))
}

/// The document as far as it is written.
#[derive(Default)]
struct Writer {
    out: Docx,
    style: &'static str,
    open: Option<Paragraph>,
    strong: bool,
    emphasis: bool,
    code: Option<String>,
    cells: Vec<TableCell>,
    rows: Vec<TableRow>,
}

impl Writer {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::End(tag) => self.end(tag),
            Event::Text(t) => match &mut self.code {
                Some(code) => code.push_str(&t),
                None => self.run(&t),
            },
            Event::Code(t) | Event::InlineHtml(t) | Event::Html(t) => self.run(&t),
            Event::SoftBreak => self.run(" "),
            Event::HardBreak => {
                self.open = self.open.take().map(|p| p.add_run(Run::new().add_break(docx_rs::BreakType::TextWrapping)))
            }
            Event::Rule => self.out = std::mem::take(&mut self.out).add_paragraph(Paragraph::new().style("Text")),
            Event::InlineMath(_) | Event::DisplayMath(_) | Event::FootnoteReference(_) | Event::TaskListMarker(_) => {}
        }
    }

    fn run(&mut self, text: &str) {
        let mut run = Run::new().add_text(text);
        if self.strong {
            run = run.bold();
        }
        if self.emphasis {
            run = run.italic();
        }
        let style = if self.style.is_empty() { "Text" } else { self.style };
        let open = self.open.take().unwrap_or_else(|| Paragraph::new().style(style));
        self.open = Some(open.add_run(run));
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Heading { level: HeadingLevel::H1, .. } => self.style = "Title1",
            Tag::Heading { .. } => self.style = "Head2",
            Tag::Item => {
                self.style = "Item";
                self.run("• ");
            }
            Tag::CodeBlock(CodeBlockKind::Indented | CodeBlockKind::Fenced(_)) => self.code = Some(String::new()),
            Tag::TableCell => self.style = "Cell",
            Tag::TableHead => self.strong = true,
            Tag::Strong => self.strong = true,
            Tag::Emphasis => self.emphasis = true,
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) | TagEnd::Item => {
                self.close();
                self.style = "Text";
            }
            TagEnd::Paragraph if self.style != "Item" => self.close(),
            TagEnd::CodeBlock => {
                for line in self.code.take().unwrap_or_default().lines() {
                    let line = Paragraph::new().style("Code").add_run(Run::new().add_text(line));
                    self.out = std::mem::take(&mut self.out).add_paragraph(line);
                }
                self.out = std::mem::take(&mut self.out).add_paragraph(Paragraph::new().style("Code"));
            }
            TagEnd::TableCell => {
                let cell = self.open.take().unwrap_or_else(|| Paragraph::new().style("Cell"));
                self.cells.push(TableCell::new().add_paragraph(cell));
            }
            TagEnd::TableHead | TagEnd::TableRow => {
                self.rows.push(TableRow::new(std::mem::take(&mut self.cells)));
                self.strong = false;
            }
            TagEnd::Table => {
                let table = Table::new(std::mem::take(&mut self.rows)).width(5000, WidthType::Pct);
                self.out = std::mem::take(&mut self.out).add_table(table).add_paragraph(Paragraph::new().style("Text"));
                self.style = "Text";
            }
            TagEnd::Strong => self.strong = false,
            TagEnd::Emphasis => self.emphasis = false,
            _ => {}
        }
    }

    fn close(&mut self) {
        if let Some(p) = self.open.take() {
            self.out = std::mem::take(&mut self.out).add_paragraph(p);
        }
    }
}
