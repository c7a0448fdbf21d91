-- The trace of the request that made a change, so that deliveries to webhooks continue it: the `traceparent` of W3C Trace
-- Context, and after a space the `tracestate`.
ALTER TABLE events ADD COLUMN trace text;
