//! Currencies and their smallest units, by ISO 4217.

const WITHOUT_DECIMALS: [&[u8; 3]; 17] = [
    b"BIF", b"CLP", b"DJF", b"GNF", b"ISK", b"JPY", b"KMF", b"KRW", b"PYG", b"RWF", b"UGX", b"UYI",
    b"VND", b"VUV", b"XAF", b"XOF", b"XPF",
];
const OF_THREE_DECIMALS: [&[u8; 3]; 7] = [b"BHD", b"IQD", b"JOD", b"KWD", b"LYD", b"OMR", b"TND"];

/// The decimals of a currency's smallest unit; 2 for one that is not known.
pub fn decimals(currency: &[u8]) -> u8 {
    let is = |code: &&[u8; 3]| code.eq_ignore_ascii_case(currency);
    match () {
        () if WITHOUT_DECIMALS.iter().any(is) => 0,
        () if OF_THREE_DECIMALS.iter().any(is) => 3,
        () => 2,
    }
}
