use super::encoding::is_unicode;

/// Characters that an error message repeats of a value.
const MOST: usize = 100;

/// A text of the server as an error message shows it: its beginning, in characters that every
/// encoding has where the database's is not UTF-8.
pub fn shown(text: &[u8]) -> String {
    let (shown, whole): (String, bool) = match std::str::from_utf8(text) {
        Ok(text) if is_unicode() => {
            (text.chars().take(MOST).collect(), text.chars().count() <= MOST)
        }
        _ => (
            text.iter().take(MOST).flat_map(|it| it.escape_ascii()).map(char::from).collect(),
            text.len() <= MOST,
        ),
    };
    format!("{shown}{}", if whole { "" } else { "..." })
}
