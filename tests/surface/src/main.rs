//! Compares the C functions that the install script has declared with those that a library holds.
//!
//! `surface LIBRARY < CATALOG`, where each line of CATALOG is
//! `symbol|argument types, with commas|result type|strict|volatility|parallel`, as pg_proc has it.

use std::collections::BTreeMap;
use std::error::Error;
use std::process::ExitCode;

use object::{Object, ObjectSection};
use pgrx_sql_entity_graph::metadata::{
    FunctionMetadataTypeEntity, Returns, SqlArrayMapping, SqlMapping,
};
use pgrx_sql_entity_graph::section::{decode_entities, is_schema_section_name};
use pgrx_sql_entity_graph::{ExternArgs, PgExternEntity, PgExternReturnEntity, SqlGraphEntity};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Rust types that stand for arguments which may follow those that a function names, how the names of
/// such functions begin, and these arguments.
const OPTIONS: [(&str, &str, &[&str]); 6] = [
    ("PeriodOptions", "", &["text", "date"]),
    ("UntilOption", "", &["date"]),
    ("WithinOption", "", &["interval"]),
    ("Columns <", "ledger_movements", PERIOD_COLUMNS),
    ("Columns <", "ledger_contributions", LINE_COLUMNS),
    ("Columns <", "periods_from_lines", INVOICE_COLUMNS),
];

/// The columns of a row of subscription_periods.
const PERIOD_COLUMNS: &[&str] = &[
    "text",
    "text",
    "text",
    "text",
    "text",
    "numeric",
    "numeric",
    "text",
    "text",
    "interval",
    "timestamp with time zone",
    "timestamp with time zone",
    "text",
    "timestamp with time zone",
    "timestamp with time zone",
    "text",
    "text",
    "boolean",
    "text",
];

/// The columns of a line of an invoice, and of the subscription that it is of.
const INVOICE_COLUMNS: &[&str] = &[
    "text",
    "text",
    "text",
    "text",
    "text",
    "text",
    "numeric",
    "numeric",
    "text",
    "numeric",
    "numeric",
    "text",
    "interval",
    "timestamp with time zone",
    "timestamp with time zone",
    "timestamp with time zone",
    "text",
    "text",
    "text",
    "timestamp with time zone",
    "timestamp with time zone",
    "text",
    "text",
];

/// The columns of a line of a movement.
const LINE_COLUMNS: &[&str] = &[
    "date", "date", "text", "numeric", "numeric", "date", "integer", "text", "text", "text",
    "text", "interval", "text", "numeric", "numeric", "numeric", "numeric", "numeric", "numeric",
    "smallint", "smallint", "smallint", "numeric", "numeric", "numeric", "numeric", "numeric",
    "smallint", "numeric", "smallint",
];

/// A function as Rust or as SQL declares it.
#[derive(Debug, PartialEq)]
struct Function {
    arguments: Vec<String>,
    result: String,
    strict: bool,
    volatility: char,
    parallel: char,
    /// Arguments that may follow, which the Rust function reads by itself.
    options: &'static [&'static str],
}

fn main() -> ExitCode {
    match differences() {
        Ok(differences) if differences.is_empty() => ExitCode::SUCCESS,
        Ok(differences) => {
            differences.iter().for_each(|difference| println!("{difference}"));
            ExitCode::FAILURE
        }
        Err(error) => {
            println!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn differences() -> Result<Vec<String>> {
    let path = std::env::args().nth(1).ok_or("usage: surface LIBRARY < CATALOG")?;
    let compiled = compiled_functions(&std::fs::read(&path)?)?;
    let declared = declared_functions(&std::io::read_to_string(std::io::stdin())?)?;
    if compiled.is_empty() || declared.is_empty() {
        return Err("there is nothing to compare".into());
    }
    let mut differences = Vec::new();
    for (symbol, function) in &declared {
        match compiled.get(symbol) {
            None => differences.push(format!("{symbol} is declared but not in the library")),
            Some(rust) if agree(rust, function) => (),
            Some(rust) => differences.push(format!("{symbol}: library {rust:?}, SQL {function:?}")),
        }
    }
    let undeclared = compiled.keys().filter(|symbol| !declared.iter().any(|it| it.0 == **symbol));
    differences
        .extend(undeclared.map(|symbol| format!("{symbol} is in the library but not declared")));
    Ok(differences)
}

/// The result of a function that is called in the place of others, whatever these return.
const ANY_RESULT: &str = "any";

fn agree(rust: &Function, sql: &Function) -> bool {
    if rust.result == ANY_RESULT {
        return sql.arguments.first().is_some_and(|it| it == "name")
            && (rust.strict, rust.volatility, rust.parallel)
                == (sql.strict, sql.volatility, sql.parallel);
    }
    let named = rust.arguments.len();
    let Some((arguments, rest)) = sql.arguments.split_at_checked(named) else { return false };
    let rest: Vec<_> = rest.iter().map(String::as_str).collect();
    arguments == rust.arguments
        && rust.options.starts_with(&rest)
        && (&rust.result, rust.strict, rust.volatility, rust.parallel)
            == (&sql.result, sql.strict, sql.volatility, sql.parallel)
}

fn declared_functions(catalog: &str) -> Result<Vec<(String, Function)>> {
    let parse = |line: &str| {
        let fields: Vec<&str> = line.split('|').collect();
        let [symbol, arguments, result, strict, volatility, parallel] = fields[..] else {
            return Err(format!("not a line of the catalog: {line}").into());
        };
        let function = Function {
            arguments: arguments
                .split(',')
                .filter(|it| !it.is_empty())
                .map(str::to_owned)
                .collect(),
            result: result.to_owned(),
            strict: strict == "t",
            volatility: volatility.chars().next().unwrap_or('?'),
            parallel: parallel.chars().next().unwrap_or('?'),
            options: &[],
        };
        Ok((symbol.to_owned(), function))
    };
    catalog.lines().map(parse).collect()
}

fn compiled_functions(library: &[u8]) -> Result<BTreeMap<String, Function>> {
    let file = object::File::parse(library)?;
    let section = file.sections().find(|it| it.name().is_ok_and(is_schema_section_name));
    let bytes = section.ok_or("the library describes no functions")?.data()?;
    let entities = decode_entities(bytes).map_err(|error| error.to_string())?;
    let functions = entities.into_iter().filter_map(|entity| match entity {
        SqlGraphEntity::Function(function) => Some(function),
        _ => None,
    });
    functions
        .map(|it| Ok((format!("{}_wrapper", it.unaliased_name), compiled_function(&it)?)))
        .collect()
}

fn compiled_function(function: &PgExternEntity) -> Result<Function> {
    let has = |attribute: &ExternArgs| function.extern_attrs.contains(attribute);
    let arguments = function.fn_args.iter().map(|it| sql_of(&it.used_ty.metadata));
    let arguments = arguments.filter_map(Result::transpose).collect::<Result<Vec<_>>>()?;
    let options = options_of(function)?;
    if options.is_some_and(|(place, _)| place != arguments.len()) {
        return Err(format!("{}: options at {options:?}", function.name).into());
    }
    Ok(Function {
        arguments,
        result: match &function.fn_return {
            PgExternReturnEntity::None => "void".to_owned(),
            PgExternReturnEntity::Type { ty } => match &ty.metadata.return_sql {
                Ok(Returns::One(SqlMapping::As(sql))) => full_name(sql),
                Ok(Returns::One(SqlMapping::Array(SqlArrayMapping::As(sql)))) => {
                    format!("{}[]", full_name(&sql.to_lowercase()))
                }
                other => return Err(format!("{}: unknown result {other:?}", function.name).into()),
            },
            other => return Err(format!("{}: unknown result {other:?}", function.name).into()),
        },
        strict: has(&ExternArgs::Strict),
        volatility: match () {
            () if has(&ExternArgs::Immutable) => 'i',
            () if has(&ExternArgs::Stable) => 's',
            () => 'v',
        },
        parallel: if has(&ExternArgs::ParallelSafe) { 's' } else { 'u' },
        options: options.map_or(&[], |(_, types)| types),
    })
}

/// Where a function looks for arguments by itself, as its type says, and their types.
fn options_of(function: &PgExternEntity) -> Result<Option<(usize, &'static [&'static str])>> {
    for argument in &function.fn_args {
        let path = argument.used_ty.full_path;
        let is_here =
            |(name, of, _): &&(&str, &str, _)| path.contains(name) && function.name.starts_with(of);
        if let Some((_, _, types)) = OPTIONS.iter().find(is_here) {
            let place: String = path.chars().filter(char::is_ascii_digit).collect();
            return Ok(Some((place.parse()?, types)));
        }
    }
    Ok(None)
}

/// The SQL type of an argument, unless SQL does not see it.
fn sql_of(argument: &FunctionMetadataTypeEntity) -> Result<Option<String>> {
    match &argument.argument_sql {
        Ok(SqlMapping::As(sql)) => Ok(Some(full_name(sql))),
        Ok(SqlMapping::Skip) => Ok(None),
        other => Err(format!("unknown argument {other:?}").into()),
    }
}

/// The name of a type as the catalog has it.
fn full_name(sql: &str) -> String {
    match sql.to_lowercase().as_str() {
        "bool" => "boolean".to_owned(),
        "int" => "integer".to_owned(),
        other => other.to_owned(),
    }
}
