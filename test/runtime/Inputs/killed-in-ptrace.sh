# killed-in-ptrace.sh CALL ROUNDS COMMAND...: runs COMMAND so many times, and
# kills it each time when it enters its ptrace call of that number.
call=$1
rounds=$2
shift 2
while [ "$rounds" -gt 0 ]; do
  strace -qq -o /dev/null -e trace=ptrace \
    -e inject=ptrace:signal=KILL:when="$call" "$@" >/dev/null 2>&1
  rounds=$((rounds - 1))
done
