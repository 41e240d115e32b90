use std::ffi::CString;

use pgrx::pg_sys;

use super::varlena::Text;

/// The one SELECT that a text is, without what ends it; none if it is anything else. What is no SQL
/// at all is the parser's own error.
pub fn one_select<'a>(query: Text<'a>) -> Option<Text<'a>> {
    let text = query.bytes();
    let terminated = CString::new(text).ok()?;
    // SAFETY: the parser reads the text and allocates, in the memory of the call, a list of statements.
    let (start, length) = unsafe {
        let mode = pg_sys::RawParseMode::RAW_PARSE_DEFAULT;
        let statements = pg_sys::raw_parser(terminated.as_ptr(), mode);
        if statements.is_null() || (*statements).length != 1 {
            return None;
        }
        let statement = &*(*(*statements).elements).ptr_value.cast::<pg_sys::RawStmt>();
        if (*statement.stmt).type_ != pg_sys::NodeTag::T_SelectStmt {
            return None;
        }
        (usize::try_from(statement.stmt_location).ok()?, statement.stmt_len)
    };
    // A length of 0 means all the rest.
    let statement = match usize::try_from(length).ok()? {
        0 => text.get(start..),
        length => text.get(start..start + length),
    };
    statement.map(Text::new)
}
