use pgrx::pg_sys;

/// Characters that an error message repeats of a value.
const MOST: usize = 100;

/// A text of the server as an error message shows it: its beginning, in characters that every
/// encoding has where the database's is not UTF-8.
pub fn shown(text: &[u8]) -> String {
    // SAFETY: reads a setting of the session.
    let unicode = unsafe { pg_sys::GetDatabaseEncoding() } == pg_sys::pg_enc::PG_UTF8 as i32;
    let (shown, whole): (String, bool) = match std::str::from_utf8(text) {
        Ok(text) if unicode => (text.chars().take(MOST).collect(), text.chars().count() <= MOST),
        _ => (
            text.iter().take(MOST).flat_map(|it| it.escape_ascii()).map(char::from).collect(),
            text.len() <= MOST,
        ),
    };
    format!("{shown}{}", if whole { "" } else { "..." })
}
