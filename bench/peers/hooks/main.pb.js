// Has PocketBase wait for the disk at each commit. It writes through one connection, so setting it once is enough.
onBootstrap((event) => {
    event.next();
    $app.nonconcurrentDB().newQuery("PRAGMA synchronous = FULL").execute();
});

routerAdd("GET", "/synchronous", (event) => {
    const row = new DynamicModel({ synchronous: 0 });
    $app.nonconcurrentDB().newQuery("PRAGMA synchronous").one(row);
    return event.json(200, row);
});
