use std::ffi::CString;

use pgrx::pg_sys;

use super::varlena::Text;

/// Whether a text is one SELECT and nothing else. What is no SQL at all is the parser's own error.
pub fn is_one_select(query: Text) -> bool {
    let Ok(query) = CString::new(query.bytes()) else { return false };
    // SAFETY: the parser reads the text and allocates, in the memory of the call, a list of statements.
    unsafe {
        let mode = pg_sys::RawParseMode::RAW_PARSE_DEFAULT;
        let statements = pg_sys::raw_parser(query.as_ptr(), mode);
        if statements.is_null() || (*statements).length != 1 {
            return false;
        }
        let statement = (*(*statements).elements).ptr_value.cast::<pg_sys::RawStmt>();
        (*(*statement).stmt).type_ == pg_sys::NodeTag::T_SelectStmt
    }
}
