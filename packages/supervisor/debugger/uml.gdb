# What gdb is told before it attaches to a guest's kernel process.

# Nothing is run that lies beside a file, and files are those of this sandbox. There is no network to ask for symbols.
set auto-load off
set sysroot /
set debuginfod enabled off
set history save off
set pagination off
set confirm off

# A kernel of User Mode Linux lives on these: interrupts, timers and page faults. They are its own affair.
handle SIGSEGV SIGBUS SIGFPE SIGILL nostop noprint pass
handle SIGIO SIGALRM SIGVTALRM SIGPROF SIGUSR1 SIGUSR2 SIGWINCH SIGCHLD nostop noprint pass

# The processes that it starts are for it to trace: gdb lets go of them at once.
set follow-fork-mode parent
set detach-on-fork on

# A lone SIGKILL would leave the guest's programs running without their kernel.
define kill
  echo The guest is not ended from here. Detach, or use Force off: it ends the whole sandbox.\n
end
define run
  echo The guest runs already: continue lets it go on.\n
end
