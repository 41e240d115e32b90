//! Words that columns may hold.

/// A word that a column may hold; the first is its default.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($word:literal => $choice:ident),+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($choice),+ }

        impl $name {
            pub const WORDS: &'static str = concat!($($word, " "),+);

            pub fn name(self) -> &'static str {
                match self { $(Self::$choice => $word),+ }
            }

            pub fn read(word: &[u8]) -> Option<Self> {
                $(if word == $word.as_bytes() { return Some(Self::$choice); })+
                None
            }
        }
    };
}

pub(crate) use words;

/// A text as a part of a message: its beginning.
pub fn shown(text: &[u8]) -> String {
    shown_up_to(text, 100)
}

/// The same up to so many characters. It must fit the database in any encoding: a text that is not
/// UTF-8 is shown as far as it is ASCII.
pub fn shown_up_to(text: &[u8], most: usize) -> String {
    let ascii = |byte: &u8| if byte.is_ascii() { char::from(*byte) } else { '?' };
    let (shown, rest): (String, bool) = match std::str::from_utf8(text) {
        Ok(text) => (text.chars().take(most).collect(), text.chars().nth(most).is_some()),
        Err(_) => (text.iter().take(most).map(ascii).collect(), text.len() > most),
    };
    format!("{shown}{}", if rest { "..." } else { "" })
}

/// The choice that a column's word stands for; an error says which there are.
pub fn word<T>(
    given: Option<&[u8]>,
    column: &str,
    words: &str,
    read: impl Fn(&[u8]) -> Option<T>,
) -> std::result::Result<Option<T>, String> {
    let Some(given) = given else { return Ok(None) };
    let unknown = || {
        let given = shown(given);
        format!("{column} \"{given}\" is none of: {}", words.trim_end().replace(' ', ", "))
    };
    read(given).map(Some).ok_or_else(unknown)
}
