use super::amount::Amount;

/// What a row says of its customer, in few bytes.
pub trait Fact: Copy {
    /// The fact as bytes, the same for every process.
    type Bytes: AsRef<[u8]> + for<'a> TryFrom<&'a [u8]>;

    /// Orders the facts of a customer.
    fn order(&self) -> u64;

    fn to_bytes(&self) -> Self::Bytes;
    fn from_bytes(bytes: Self::Bytes) -> Self;

    /// The amount, which may stand in a list beside the facts.
    fn amount_mut(&mut self) -> Option<&mut Amount> {
        None
    }

    /// Takes in the fact that follows this one in order, if the two say no more than one does.
    fn join(&mut self, _next: &Self, _wide: &[i128]) -> bool {
        false
    }
}
