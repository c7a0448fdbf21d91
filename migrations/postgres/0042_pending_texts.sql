-- New texts wait in a short list, from which many are sorted into the index at once: each alone cost a create a quarter of its
-- time. Every search reads the list too, so it has 64 kB at most.
ALTER INDEX tenants_by_text SET (fastupdate = on, gin_pending_list_limit = 64);
ALTER INDEX users_by_text SET (fastupdate = on, gin_pending_list_limit = 64);
