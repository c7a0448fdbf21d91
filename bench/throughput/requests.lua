-- Sends a plan's requests in turn, and prints the result as JSON.
--
-- The plan is a Lua table: `headers`, `requests` with method, path, body, tenant and headers, and `keys`, a file with a key for each request. In a body, @serial@ is replaced by a new
-- number, and @listing@, @check_in@ and @check_out@ by a stay that was never requested before: the listings' ids are computed (engines.py).

local threads = 0
local everybody = {}

function setup(thread)
    thread:set("thread_number", threads)
    threads = threads + 1
    table.insert(everybody, thread)
end

function init(arguments)
    plan = dofile(arguments[1])
    thread_count = tonumber(arguments[2])
    serial = plan.stays.begin + thread_number
    turn = thread_number
    formatted = {}
    keys, days = {}, {}
    if plan.keys then
        for key in io.lines(plan.keys) do table.insert(keys, key) end
        -- The threads begin at different keys.
        key_turn = math.floor(#keys / thread_count * thread_number)
    end
    for number, request in ipairs(plan.requests) do
        local headers = {}
        for name, value in pairs(plan.headers) do headers[name] = value end
        for name, value in pairs(request.headers or {}) do headers[name] = value end
        if request.tenant then headers["x-calry-tenant-id"] = request.tenant end
        if request.body then headers["content-type"] = "application/json" end
        request.headers = headers
        if not plan.keys and not (request.body and request.body:find("@")) then
            formatted[number] = wrk.format(request.method, request.path, headers, request.body)
        end
    end
end

local function stay_of(number, day)
    local stays = plan.stays
    day = stays.first_day + (day or math.floor(number / stays.listings))
    return {
        serial = tostring(number),
        listing = string.format("%s%012x", stays.prefix, number % stays.listings),
        check_in = os.date("!%Y-%m-%d", day * 86400),
        check_out = os.date("!%Y-%m-%d", (day + 1) * 86400),
    }
end

function request()
    turn = turn % #plan.requests + 1
    if formatted[turn] then return formatted[turn] end
    local request = plan.requests[turn]
    local day = nil
    if plan.keys then
        key_turn = key_turn % #keys + 1
        local key = keys[key_turn]
        request.headers["x-calry-api-key"] = key
        -- All workspaces have the same listing: each books it day by day, the threads in turn.
        days[key] = (days[key] or math.floor(plan.stays.begin / plan.stays.listings) + thread_number - thread_count) + thread_count
        day = days[key]
    end
    local body = request.body and request.body:gsub("@([a-z_]+)@", stay_of(serial, day))
    serial = serial + thread_count
    return wrk.format(request.method, request.path, request.headers, body)
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        'RESULT {"requests": %d, "seconds": %f, "p50": %f, "p99": %f, "refused": %d, "broken": %d}\n',
        summary.requests, summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
        errors.status, errors.connect + errors.read + errors.write + errors.timeout
    ))
end
