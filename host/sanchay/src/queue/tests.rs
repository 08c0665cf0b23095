//! Tests of the queue.

use super::WorkQueue;

fn next(queue: &WorkQueue<u32>) -> Option<u32> {
    queue.take().and_then(|mut taken| taken.task())
}

#[test]
fn what_comes_of_a_unit_takes_its_place() {
    let queue = WorkQueue::new(vec![1, 2, 3]);
    let first = queue.take().unwrap();
    let second = queue.take().unwrap();
    // Whoever is quicker: what comes of the first is before it.
    queue.push(second.cursor(), [20, 21]);
    queue.push(first.cursor(), [10]);
    queue.push(first.cursor(), [11, 12]);
    let third = queue.take().unwrap();
    queue.push(third.cursor(), [100]);
    drop((first, second, third));
    let rest: Vec<_> = std::iter::from_fn(|| next(&queue)).collect();
    assert_eq!(rest, [100, 11, 12, 20, 21, 3]);
}

#[test]
fn places_in_the_line_are_used_again() {
    let queue = WorkQueue::new(vec![1]);
    for _ in 0..1000 {
        let taken = queue.take().unwrap();
        queue.push(taken.cursor(), [1]);
    }
    assert!(queue.lock().nodes.len() < 5);
    assert_eq!(next(&queue), Some(1));
    assert_eq!(next(&queue), None);
}

#[test]
fn a_worker_waits_while_another_may_still_push() {
    let queue = WorkQueue::new(vec![1]);
    let mut first = queue.take().unwrap();
    std::thread::scope(|scope| {
        let waiter = scope.spawn(|| next(&queue));
        std::thread::sleep(std::time::Duration::from_millis(20));
        queue.push(first.cursor(), [7]);
        assert_eq!(waiter.join().unwrap(), Some(7));
    });
    assert_eq!(first.task(), Some(1));
    drop(first);
    assert_eq!(next(&queue), None);
}

#[test]
fn held_back_work_is_given_to_one_worker_at_a_time() {
    let queue = WorkQueue::new(vec![1, 2]);
    queue.pause(true);
    let first = queue.take();
    std::thread::scope(|scope| {
        let waiter = scope.spawn(|| next(&queue));
        std::thread::sleep(std::time::Duration::from_millis(20));
        assert!(!waiter.is_finished());
        drop(first);
        assert_eq!(waiter.join().unwrap(), Some(2));
    });
}

#[test]
fn a_closed_queue_gives_out_nothing() {
    let queue = WorkQueue::new(vec![1, 2]);
    let taken = queue.take().unwrap();
    queue.close();
    queue.push(taken.cursor(), [3]);
    drop(taken);
    assert_eq!(next(&queue), None);
}
