-- Answers each line, an expression, with one line: its value.
function pcall_text(f)
  local _, message = pcall(f)
  return message
end

function overflow()
  return 1 + overflow()
end

io.stdout:setvbuf("line")
for line in io.lines() do
  local chunk, problem = load("return " .. line)
  local value = chunk and tostring(chunk()) or problem
  print((value:gsub("\n.*", "")))
end
