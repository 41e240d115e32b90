use std::borrow::Cow;

use allocator_api2::alloc::Allocator;
use allocator_api2::vec::Vec;

use crate::collection::room::{append, reserve};
use crate::{Error, Result};

/// Where a text is kept; nowhere if it was NULL.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Text {
    start: u32,
    length: u32,
}

impl Text {
    pub const NULL: Text = Text { start: u32::MAX, length: 0 };
}

/// The texts of rows, one after the other.
pub struct Texts<A: Allocator>(Vec<u8, A>);

impl<A: Allocator> Texts<A> {
    pub fn new_in(memory: A) -> Self {
        Texts(Vec::new_in(memory))
    }

    pub fn get(&self, text: Text) -> Option<&[u8]> {
        let start = text.start as usize;
        (text != Text::NULL).then(|| &self.0[start..start + text.length as usize])
    }

    pub fn keep(&mut self, text: Option<&[u8]>) -> Result<Text> {
        let Some(text) = text else { return Ok(Text::NULL) };
        let start = u32::try_from(self.0.len()).map_err(|_| Error::OutOfMemory)?;
        let length = u32::try_from(text.len()).map_err(|_| Error::OutOfMemory)?;
        reserve(&mut self.0, text.len())?;
        append(&mut self.0, text);
        Ok(Text { start, length })
    }

    /// A text that may have been cut.
    pub fn keep_all(&mut self, text: Option<Cow<[u8]>>) -> Result<Text> {
        self.keep(text.as_deref())
    }

    /// In capitals.
    pub fn keep_upper(&mut self, text: Option<&[u8]>) -> Result<Text> {
        let kept = self.keep(text)?;
        if kept != Text::NULL {
            self.0[kept.start as usize..].make_ascii_uppercase();
        }
        Ok(kept)
    }
}
