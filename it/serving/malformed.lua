-- Requests that no server should answer: each is refused in words, and none of them may disturb the others.
local bodies = {
   "",
   "{",
   '{"examples": [[1, 2, 3]]}',
   '{"examples": [["a"]]}',
   '{"examples": [[NaN]]}',
   '{"examples": ' .. string.rep("[", 5000),
   '{"other": 1}',
   string.rep("x", 2000000),
   '{"examples": [[' .. string.rep("1,", 63) .. '1e999]]}',
}
local number = 0

function request()
   number = number + 1
   local path = number % 11 == 0 and "/nothing" or "/answer"
   local method = number % 13 == 0 and "DELETE" or "POST"
   return wrk.format(method, path, { ["Content-Type"] = "application/json" }, bodies[number % #bodies + 1])
end

function done(summary, latency, requests)
   io.write(string.format("requests %d\n", summary.requests))
   io.write(string.format("refused %d\n", summary.errors.status))
end
