//! Tests of the frontier.

use super::Frontier;

fn next(frontier: &Frontier<u32>) -> Option<u32> {
    frontier.take().and_then(|mut taken| taken.unit())
}

#[test]
fn what_comes_of_a_unit_takes_its_place() {
    let frontier = Frontier::new(vec![1, 2, 3]);
    let first = frontier.take().unwrap();
    let second = frontier.take().unwrap();
    // Whoever is quicker: what comes of the first is before it.
    frontier.push(second.spot(), [20, 21]);
    frontier.push(first.spot(), [10]);
    frontier.push(first.spot(), [11, 12]);
    let third = frontier.take().unwrap();
    frontier.push(third.spot(), [100]);
    drop((first, second, third));
    let rest: Vec<_> = std::iter::from_fn(|| next(&frontier)).collect();
    assert_eq!(rest, [100, 11, 12, 20, 21, 3]);
}

#[test]
fn places_in_the_line_are_used_again() {
    let frontier = Frontier::new(vec![1]);
    for _ in 0..1000 {
        let taken = frontier.take().unwrap();
        frontier.push(taken.spot(), [1]);
    }
    assert!(frontier.lock().nodes.len() < 5);
    assert_eq!(next(&frontier), Some(1));
    assert_eq!(next(&frontier), None);
}

#[test]
fn a_worker_waits_while_another_may_still_push() {
    let frontier = Frontier::new(vec![1]);
    let mut first = frontier.take().unwrap();
    std::thread::scope(|scope| {
        let waiter = scope.spawn(|| next(&frontier));
        std::thread::sleep(std::time::Duration::from_millis(20));
        frontier.push(first.spot(), [7]);
        assert_eq!(waiter.join().unwrap(), Some(7));
    });
    assert_eq!(first.unit(), Some(1));
    drop(first);
    assert_eq!(next(&frontier), None);
}

#[test]
fn held_back_work_is_given_to_one_worker_at_a_time() {
    let frontier = Frontier::new(vec![1, 2]);
    frontier.hold_back(true);
    let first = frontier.take();
    std::thread::scope(|scope| {
        let waiter = scope.spawn(|| next(&frontier));
        std::thread::sleep(std::time::Duration::from_millis(20));
        assert!(!waiter.is_finished());
        drop(first);
        assert_eq!(waiter.join().unwrap(), Some(2));
    });
}

#[test]
fn a_closed_frontier_gives_out_nothing() {
    let frontier = Frontier::new(vec![1, 2]);
    let taken = frontier.take().unwrap();
    frontier.close();
    frontier.push(taken.spot(), [3]);
    drop(taken);
    assert_eq!(next(&frontier), None);
}
