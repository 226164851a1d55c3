-- Requests that a server has to answer: a digit each.
function init(arguments)
   wrk.method = "POST"
   wrk.headers["Content-Type"] = "application/json"
   local numbers = {}
   for i = 1, 64 do
      numbers[i] = (i * 7) % 17
   end
   wrk.body = '{"examples": [[' .. table.concat(numbers, ", ") .. "]]}"
end

function done(summary, latency, requests)
   local errors = summary.errors
   io.write(string.format("requests %d\n", summary.requests))
   io.write(string.format("seconds %.3f\n", summary.duration / 1e6))
   io.write(string.format("median_ms %.3f\n", latency:percentile(50) / 1e3))
   io.write(string.format("p99_ms %.3f\n", latency:percentile(99) / 1e3))
   io.write(string.format("refused %d\n", errors.status))
   io.write(string.format("broken %d\n", errors.connect + errors.read + errors.write + errors.timeout))
end
