use std::alloc::Layout;
use std::ptr::NonNull;

use allocator_api2::alloc::{AllocError, Allocator};
use allocator_api2::vec::Vec;
use pgrx::pg_sys;

/// What the server aligns its memory to.
const SERVER_ALIGNMENT: usize = 8;

/// A memory context of the server, for Rust collections: the server sees what they take, and frees
/// it all at once with the context.
///
/// When there is no memory the server raises its own error, which unwinds.
#[derive(Clone, Copy)]
pub struct ServerMemory(pg_sys::MemoryContext);

impl ServerMemory {
    /// # Safety
    /// The context must live as long as anything allocated in it is used.
    pub unsafe fn new(context: pg_sys::MemoryContext) -> Self {
        ServerMemory(context)
    }

    /// A copy of some bytes.
    pub fn copy(self, bytes: &[u8]) -> Vec<u8, ServerMemory> {
        let mut copy = Vec::with_capacity_in(bytes.len(), self);
        // SAFETY: there is room for all of them, and the two do not overlap.
        unsafe {
            bytes.as_ptr().copy_to_nonoverlapping(copy.as_mut_ptr(), bytes.len());
            copy.set_len(bytes.len());
        }
        copy
    }

    /// Does some work whose memory is this.
    pub(super) fn work<T>(self, work: impl FnOnce() -> T) -> T {
        // SAFETY: the contexts are alive; after an error the server itself restores the current
        // one.
        unsafe {
            let current = pg_sys::MemoryContextSwitchTo(self.0);
            let result = work();
            pg_sys::MemoryContextSwitchTo(current);
            result
        }
    }

    /// The context for results of the current call.
    pub fn of_call() -> Self {
        // SAFETY: a result in the current context lives until the caller has read it.
        unsafe { ServerMemory(pg_sys::CurrentMemoryContext) }
    }
}

// SAFETY: blocks come from the context's own functions, stay where they are until they are freed
// or the context is, and copies of this value name the same context.
unsafe impl Allocator for ServerMemory {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let slack = slack(layout);
        // SAFETY: the context is alive by the contract of `new`.
        let block = unsafe { pg_sys::MemoryContextAllocHuge(self.0, layout.size().max(1) + slack) };
        let block = NonNull::new(block.cast::<u8>()).ok_or(AllocError)?;
        let data = if slack == 0 {
            block
        } else {
            // SAFETY: the slack holds one pointer and leaves room to align what follows it. The
            // pointer before the data leads `deallocate` to the block.
            unsafe {
                let data = block.add(SERVER_ALIGNMENT);
                let data = data.add(data.align_offset(layout.align()));
                data.cast::<NonNull<u8>>().sub(1).write(block);
                data
            }
        };
        Ok(NonNull::slice_from_raw_parts(data, layout.size()))
    }

    unsafe fn deallocate(&self, data: NonNull<u8>, layout: Layout) {
        // SAFETY: `data` came from `allocate` with this layout, so the block is where it was left.
        unsafe { pg_sys::pfree(block_of(data, layout).as_ptr().cast()) }
    }

    unsafe fn grow(
        &self,
        data: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        if slack(old) == 0 && slack(new) == 0 {
            // SAFETY: a block without slack begins at its data, and the server may move it.
            let grown = unsafe { pg_sys::repalloc_huge(data.as_ptr().cast(), new.size()) };
            let grown = NonNull::new(grown.cast::<u8>()).ok_or(AllocError)?;
            return Ok(NonNull::slice_from_raw_parts(grown, new.size()));
        }
        let grown = self.allocate(new)?;
        // SAFETY: the new block is larger, and the old one is not used again.
        unsafe {
            grown.cast::<u8>().copy_from_nonoverlapping(data, old.size());
            self.deallocate(data, old);
        }
        Ok(grown)
    }
}

/// What a block needs beyond its data to align it further than the server does.
fn slack(layout: Layout) -> usize {
    if layout.align() <= SERVER_ALIGNMENT { 0 } else { SERVER_ALIGNMENT + layout.align() }
}

/// # Safety
/// `data` must come from `ServerMemory::allocate` with this layout.
unsafe fn block_of(data: NonNull<u8>, layout: Layout) -> NonNull<u8> {
    // SAFETY: where there is slack, `allocate` left the block's address before the data.
    if slack(layout) == 0 { data } else { unsafe { data.cast::<NonNull<u8>>().sub(1).read() } }
}
