# SPDX-License-Identifier: MIT
# plot.gp - draws bench.svg from bench.csv: every single figure in ns/bit
set terminal svg size 900, 500 font "sans,12" background "white"
set output "bench.svg"
set datafile separator ","
set title "One acknowledged bit"
set ylabel "nanoseconds (every single figure)"
set logscale y
set grid y
set key off
set xtics () rotate by -40
names = system("tail -n +2 bench.csv | grep ns/bit | cut -d, -f1 | sort -u | tr '\n' ' ' | sed 's/ $//'")
set xrange [0 : words(names) + 1]
set for [i = 1 : words(names)] xtics add (word(names, i) i)
plot for [i = 1 : words(names)] \
    sprintf("< grep '^%s,' bench.csv", word(names, i)) using (i):3 with points pointtype 7 pointsize 0.6
