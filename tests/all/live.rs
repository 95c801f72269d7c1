//! The set of rows that can be acted on.

use std::collections::BTreeSet;
use tenor::engine::live::Live;

/// The same as a sorted set, whatever is put in and taken out.
#[test]
fn the_next_row_is_that_of_a_sorted_set() {
    let (mut live, mut set) = (Live::default(), BTreeSet::new());
    let mut n: u64 = 1;
    for step in 0..40_000_u32 {
        // a linear congruence; the rows spread over one, two, three and four levels as the run goes on
        n = n.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let rows = 50 << (step / 2_500);
        let row = usize::try_from((n >> 33) % rows).unwrap_or(0);
        let on = n & (1 << 20) != 0;
        live.set(row, on);
        if on {
            set.insert(row);
        } else {
            set.remove(&row);
        }
        let from = usize::try_from((n >> 13) % (rows + 100)).unwrap_or(0);
        assert_eq!(live.next(from), set.range(from..).next().copied(), "step {step}, from {from}");
    }
}
