//! Where a variable has its value from. Never the value.

use super::super::look::Place;
use super::super::origin::{Origin, origin};
use super::super::page::Page;

/// Writes where the variable at a place has its value from.
pub(super) fn hover(place: &Place<'_>, page: &mut Page) -> Option<std::ops::Range<usize>> {
    let variable = place.variable()?;
    let name = page.code(variable.name);
    page.heading(&format!("variable {name}"));
    let found = origin(&place.analysis, variable.name);
    let mut shell = "A variable of the shell wins over it.";
    match &found {
        Origin::Settings => {
            page.paragraph("It is set in the settings of Plimsoll.");
            shell = "";
        }
        Origin::File(it) if it.is_bare => {
            let file = page.code(&it.name);
            page.paragraph(&format!(
                "It is named in {file}, line {}, without a value: it is handed through.",
                it.line()
            ));
            shell = "";
        }
        Origin::File(it) => {
            let file = page.code(&it.name);
            page.paragraph(&format!("It is set in {file}, line {}.", it.line()));
        }
        Origin::ProjectName => page.paragraph("It is the name of the project."),
        Origin::Outside => page.paragraph("It is set outside of the files that are looked at."),
        Origin::Unset => {
            page.paragraph("It is not set in the files that are looked at; the shell may set it.");
            shell = "";
        }
    }
    let is_set = !matches!(&found, Origin::Unset) && !matches!(&found, Origin::File(it) if it.is_bare);
    let rest = match (variable.operator, is_set) {
        (":-", true) => "The default that is written here counts only if it is empty.",
        ("-", true) => "The default that is written here does not count.",
        (":-" | "-", false) => "Otherwise the default that is written here counts.",
        (":?", true) => "If it is empty, Compose stops.",
        (":?" | "?", false) => "Without it, Compose stops.",
        (":+", true) => "Unless it is empty, what is written here stands in its place.",
        ("+", true) => "What is written here stands in its place.",
        (":+" | "+", false) => "Only then what is written here stands in its place; otherwise there is nothing.",
        ("", false) => "Otherwise it is empty.",
        _ => "",
    };
    let text: Vec<&str> = [rest, shell].into_iter().filter(|it| !it.is_empty()).collect();
    if !text.is_empty() {
        page.paragraph(&text.join(" "));
    }
    Some(variable.span)
}
