//! Markdown to a Word document, with the headings, lists and numbers that Word knows. The same Markdown gives the same bytes.

use super::parts::finish;
use docx_rs::{
    AbstractNumbering, AlignmentType, BreakType, Docx, Footer, Hyperlink, HyperlinkData, HyperlinkType, IndentLevel, Level,
    LevelJc, LevelOverride, LevelText, LineSpacing, NumPages, NumberFormat, Numbering, NumberingId, PageMargin, PageNum,
    Paragraph, Run, RunFonts, SpecialIndentType, Start, Style, StyleType, Tab, TabLeaderType, TabValueType, Table, TableCell,
    TableRow, WidthType,
};
use pulldown_cmark::{Alignment, CodeBlockKind, Event, HeadingLevel, Tag, TagEnd};
use std::io::Cursor;

/// What a Word document is beside its text.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    /// Whether it is on American letter paper; else on A4.
    pub letter: bool,
    /// What stands at the foot of each page, before its number.
    pub foot: String,
    /// Who wrote it.
    pub author: String,
    /// The day it is dated: `2006-01-10`; empty for none.
    pub date: String,
}

/// How a line ends that is to be written on.
const BLANK: &str = "____";
/// Pages in twentieths of a point.
const LETTER: (u32, u32) = (12_240, 15_840);
const A4: (u32, u32) = (11_906, 16_838);
/// How far a list goes in at each level.
const INDENT: i32 = 360;
/// The margins of a page, an inch each, and how far its foot stands from the edge.
const MARGIN: i32 = 1440;
const FOOT: i32 = 720;
/// The kinds of lists: bullets and numbers; the first number is that of a list of the library's own.
const BULLETS: usize = 2;
const NUMBERS: usize = 3;

/// A Word document.
///
/// # Errors
/// Why it could not be packed.
pub fn docx(markdown: &str, sheet: &Sheet) -> Result<Vec<u8>, String> {
    let (width, height) = if sheet.letter { LETTER } else { A4 };
    let mut docx = lists(styles(Docx::new())).page_size(width, height).page_margin(margins()).footer(footer(&sheet.foot));
    if !sheet.date.is_empty() {
        let moment = format!("{}T00:00:00Z", sheet.date);
        docx = docx.created_at(&moment).updated_at(&moment);
    }
    let across = usize::try_from(width).unwrap_or(0).saturating_sub(2 * MARGIN.unsigned_abs() as usize);
    let mut writer = Writer { out: docx, numberings: NUMBERS, across, ..Writer::default() };
    for event in super::parser(markdown) {
        writer.event(event);
    }
    writer.close();
    writer.flush();
    let mut parts = writer.out.build();
    finish(&mut parts, sheet, super::title(markdown));
    let mut bytes = Cursor::new(Vec::new());
    parts.pack(&mut bytes).map_err(|e| e.to_string())?;
    Ok(bytes.into_inner())
}

const fn margins() -> PageMargin {
    PageMargin { top: MARGIN, left: MARGIN, bottom: MARGIN, right: MARGIN, header: FOOT, footer: FOOT, gutter: 0 }
}

fn styles(docx: Docx) -> Docx {
    let style = |id: &str, name: &str| Style::new(id, StyleType::Paragraph).name(name).q_format(true);
    let after = |points: u32| LineSpacing::new().after(points * 20);
    let heading = |id: &str, name: &str, size: usize, level: usize| {
        let spacing = LineSpacing::new().before(240).after(120);
        style(id, name).size(size).bold().line_spacing(spacing).outline_lvl(level).next("Text")
    };
    let serif = RunFonts::new().ascii("Georgia").hi_ansi("Georgia");
    docx.default_fonts(serif)
        .default_size(22)
        .add_style(heading("Heading1", "heading 1", 32, 0).align(AlignmentType::Center))
        .add_style(heading("Heading2", "heading 2", 24, 1))
        .add_style(heading("Heading3", "heading 3", 22, 2))
        .add_style(style("Text", "Body Text").line_spacing(after(8)))
        .add_style(style("ListParagraph", "List Paragraph").line_spacing(after(4)))
        .add_style(style("Quote", "Quote").indent(Some(INDENT), None, Some(INDENT), None).italic().line_spacing(after(8)))
        .add_style(style("Code", "HTML Preformatted").size(18).fonts(RunFonts::new().ascii("Consolas").hi_ansi("Consolas")))
        .add_style(style("Cell", "Table Contents").size(18))
        .add_style(style("Footer", "footer").size(16))
}

/// The two kinds of lists, with nine levels each.
fn lists(docx: Docx) -> Docx {
    let level = |n: usize, format: &str, text: &str| {
        let inward = INDENT * i32::try_from(n + 1).unwrap_or(9);
        Level::new(n, Start::new(1), NumberFormat::new(format), LevelText::new(text), LevelJc::new("left")).indent(
            Some(inward),
            Some(SpecialIndentType::Hanging(INDENT)),
            None,
            None,
        )
    };
    let bullets = (0..9).fold(AbstractNumbering::new(BULLETS), |a, n| a.add_level(level(n, "bullet", "•")));
    let formats = ["decimal", "lowerLetter", "lowerRoman"];
    let numbers = (0..9)
        .zip(formats.into_iter().cycle())
        .fold(AbstractNumbering::new(NUMBERS), |a, (n, format)| a.add_level(level(n, format, &format!("%{}.", n + 1))));
    docx.add_abstract_numbering(bullets).add_abstract_numbering(numbers).add_numbering(Numbering::new(BULLETS, BULLETS))
}

/// What stands at the foot of a page: what was said, and which page of how many it is.
fn footer(said: &str) -> Footer {
    let text = if said.is_empty() { "page ".to_owned() } else { format!("{said}, page ") };
    let line = Paragraph::new().style("Footer").align(AlignmentType::Center).add_run(Run::new().add_text(text));
    let line = line.add_page_num(PageNum::new()).add_run(Run::new().add_text(" of ")).add_num_pages(NumPages::new());
    Footer::new().add_paragraph(line)
}

/// A list that is open: its numbering, and whether its item has begun.
struct List {
    numbering: usize,
    begun: bool,
}

/// A table that is open.
#[derive(Default)]
struct Grid {
    alignments: Vec<Alignment>,
    cells: Vec<TableCell>,
    rows: Vec<TableRow>,
}

/// The document as far as it is written.
#[derive(Default)]
struct Writer {
    out: Docx,
    open: Option<Paragraph>,
    heading: Option<&'static str>,
    strong: usize,
    emphasis: usize,
    quotes: usize,
    link: Option<(String, Vec<Run>)>,
    code: Option<String>,
    lists: Vec<List>,
    numberings: usize,
    links: usize,
    grid: Option<Grid>,
    /// How wide the text is.
    across: usize,
    /// The last paragraph, held back until it is known what follows.
    held: Option<Paragraph>,
}

impl Writer {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(t) if self.code.is_none() && t.ends_with(BLANK) => self.blank(&t),
            Event::Text(t) => match &mut self.code {
                Some(code) => code.push_str(&t),
                None => self.text(&t),
            },
            Event::Code(t) | Event::InlineHtml(t) | Event::Html(t) => self.text(&t),
            Event::SoftBreak => self.text(" "),
            Event::HardBreak => self.run(Run::new().add_break(BreakType::TextWrapping)),
            Event::Rule => {
                self.close();
                self.add(rule());
            }
            Event::InlineMath(_) | Event::DisplayMath(_) | Event::FootnoteReference(_) | Event::TaskListMarker(_) => {}
        }
    }

    /// A line to be written on: it stays on the page of what comes before it and after it.
    fn blank(&mut self, text: &str) {
        self.text(text);
        self.held = self.held.take().map(|p| p.keep_next(true));
        self.open = self.open.take().map(|p| p.keep_next(true));
    }

    fn text(&mut self, text: &str) {
        let mut run = Run::new().add_text(text);
        if self.strong > 0 {
            run = run.bold();
        }
        if self.emphasis > 0 {
            run = run.italic();
        }
        match &mut self.link {
            Some((_, runs)) => runs.push(run.underline("single").color("0A5A9C")),
            None => self.run(run),
        }
    }

    fn run(&mut self, run: Run) {
        let open = self.opened();
        self.open = Some(open.add_run(run));
    }

    /// The paragraph that is open, or a new one, in the style of where it stands.
    fn opened(&mut self) -> Paragraph {
        if let Some(open) = self.open.take() {
            return open;
        }
        let plain = Paragraph::new();
        if let Some(heading) = self.heading {
            return plain.style(heading).keep_next(true);
        }
        if let Some(grid) = &self.grid {
            let align = match grid.alignments.get(grid.cells.len()) {
                Some(Alignment::Right) => AlignmentType::Right,
                Some(Alignment::Center) => AlignmentType::Center,
                _ => AlignmentType::Left,
            };
            return plain.style("Cell").align(align);
        }
        let level = self.lists.len().saturating_sub(1).min(8);
        match self.lists.last_mut() {
            Some(list) if !list.begun => {
                list.begun = true;
                plain.style("ListParagraph").numbering(NumberingId::new(list.numbering), IndentLevel::new(level))
            }
            // what goes on in an item stands below its text
            Some(_) => {
                let inward = INDENT * i32::try_from(level + 1).unwrap_or(9);
                plain.style("ListParagraph").indent(Some(inward), None, None, None)
            }
            None if self.quotes > 0 => plain.style("Quote"),
            None => plain.style("Text"),
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { level, .. } => {
                self.heading = Some(match level {
                    HeadingLevel::H1 => "Heading1",
                    HeadingLevel::H2 => "Heading2",
                    _ => "Heading3",
                });
            }
            Tag::List(start) => {
                self.close();
                self.list(start);
            }
            Tag::Item => {
                if let Some(list) = self.lists.last_mut() {
                    list.begun = false;
                }
            }
            Tag::BlockQuote(_) => self.quotes += 1,
            Tag::CodeBlock(CodeBlockKind::Indented | CodeBlockKind::Fenced(_)) => {
                self.close();
                self.code = Some(String::new());
            }
            Tag::Table(alignments) => {
                self.close();
                self.grid = Some(Grid { alignments, ..Grid::default() });
            }
            Tag::TableHead | Tag::Strong => self.strong += 1,
            Tag::Emphasis => self.emphasis += 1,
            Tag::Link { dest_url, .. } => self.link = Some((dest_url.into_string(), Vec::new())),
            _ => {}
        }
    }

    /// A list begins: bullets, or numbers from one on that is said.
    fn list(&mut self, start: Option<u64>) {
        let numbering = match start {
            None => BULLETS,
            Some(start) => {
                self.numberings += 1;
                let start = usize::try_from(start).unwrap_or(1);
                let level = LevelOverride::new(self.lists.len().min(8)).start(start);
                let numbering = Numbering::new(self.numberings, NUMBERS).add_override(level);
                self.out = std::mem::take(&mut self.out).add_numbering(numbering);
                self.numberings
            }
        };
        self.lists.push(List { numbering, begun: true });
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                self.close();
                self.heading = None;
            }
            TagEnd::Item | TagEnd::Paragraph => self.close(),
            TagEnd::List(_) => {
                self.close();
                self.lists.pop();
            }
            TagEnd::BlockQuote(_) => {
                self.close();
                self.quotes = self.quotes.saturating_sub(1);
            }
            TagEnd::CodeBlock => {
                for line in self.code.take().unwrap_or_default().lines() {
                    self.add(Paragraph::new().style("Code").add_run(Run::new().add_text(line)));
                }
                self.add(Paragraph::new().style("Code"));
            }
            TagEnd::TableCell => {
                let cell = self.opened();
                if let Some(grid) = &mut self.grid {
                    grid.cells.push(TableCell::new().add_paragraph(cell));
                }
            }
            TagEnd::TableHead | TagEnd::TableRow => {
                if let Some(grid) = &mut self.grid {
                    grid.rows.push(TableRow::new(std::mem::take(&mut grid.cells)).cant_split());
                }
                if tag == TagEnd::TableHead {
                    self.strong = self.strong.saturating_sub(1);
                }
            }
            TagEnd::Table => {
                let rows = self.grid.take().map(|g| g.rows).unwrap_or_default();
                let columns = rows.iter().map(|r| r.cells.len()).max().unwrap_or(1).max(1);
                let table = Table::new(rows).set_grid(vec![self.across / columns; columns]).width(5000, WidthType::Pct);
                self.flush();
                self.out = std::mem::take(&mut self.out).add_table(table);
                self.add(Paragraph::new().style("Text"));
            }
            TagEnd::Strong => self.strong = self.strong.saturating_sub(1),
            TagEnd::Emphasis => self.emphasis = self.emphasis.saturating_sub(1),
            TagEnd::Link => {
                if let Some((to, runs)) = self.link.take() {
                    let mut link = runs.into_iter().fold(Hyperlink::new(to, HyperlinkType::External), Hyperlink::add_run);
                    // numbered in the document, and not in the process
                    self.links += 1;
                    if let HyperlinkData::External { rid, .. } = &mut link.link {
                        *rid = format!("rIdLink{}", self.links);
                    }
                    let open = self.opened();
                    self.open = Some(open.add_hyperlink(link));
                }
            }
            _ => {}
        }
    }

    fn close(&mut self) {
        if let Some(p) = self.open.take() {
            self.add(p);
        }
    }

    fn add(&mut self, p: Paragraph) {
        self.flush();
        self.held = Some(p);
    }

    /// What was held back is written.
    fn flush(&mut self) {
        if let Some(p) = self.held.take() {
            self.out = std::mem::take(&mut self.out).add_paragraph(p);
        }
    }
}

/// A line across, where something may be written on it.
fn rule() -> Paragraph {
    let line = Tab::new().val(TabValueType::Left).leader(TabLeaderType::Underscore).pos(4320);
    Paragraph::new().style("Text").add_tab(line).add_run(Run::new().add_tab())
}
