# SPDX-License-Identifier: MIT
# plot.gp - draws bench.csv as bench.svg: every single measurement of the rates
#
# The subtitle names the machine. BENCH_NOTE in the environment adds what the machine cannot tell.
set terminal svg size 800, 800 font "sans,13" background "white" name "benchmark_of_minitalk"
set output "bench.svg"
set datafile separator ","

# The names in bench.csv, group by group. sort -V orders the numbers in them.
names = system('tail -n +2 bench.csv | grep ns/bit | cut -d, -f1 | sort -u | \
    sed -E -e "s/.*-one-cpu$/2 &/; t" -e "s/.*-busy$/3 &/; t" -e "s/^crowd.*/4 &/; t" \
    -e "s/^(wide|floor-blocks).*/5 &/; t" -e "s/^/1 /" | \
    sort -V | cut -d " " -f 2 | tr "\n" " "')
group(name) = strstrt(name, "-one-cpu") ? 2 : strstrt(name, "-busy") ? 3 : name[1:5] eq "crowd" ? 4 : \
    name[1:4] eq "wide" || name[1:12] eq "floor-blocks" ? 5 : 1
array headings[5] = ["A CPU for each program", "Both programs on one CPU", \
    "All CPUs busy with other work", "Many senders, their bits together", "Blocks, 64 bits each"]
is_bare(name) = name[1:5] eq "floor"
# word() takes what is in quotes as one word.
labels = system(sprintf('echo "%s" | tr " " "\n" | sed -E -e "s/-(one-cpu|busy)$//" \
    -e "s/^floor-blocks-(.*)-2/bare signals, \\1, two blocks in flight/" \
    -e "s/^wide-long/minitalk, blocks, a long message/" -e "s/^rate-long/minitalk, a long message/" \
    -e "s/^wide-(.*)/minitalk, blocks, messages of \\1 bytes/" \
    -e "s/^floor-(.*)-1/bare signals, \\1, one bit in flight/" \
    -e "s/^floor-(.*)-2/bare signals, \\1, two bits in flight/" \
    -e "s/^rate-(.*)/minitalk, messages of \\1 bytes/" \
    -e "s/^crowd-1$/minitalk, 1 sender/" -e "s/^crowd-(.*)/minitalk, \\1 senders at once/" \
    -e "s/.*/\"&\"/" | tr "\n" " "', names))
row(i) = i + 1.6 * group(word(names, i)) - 0.6

machine = system('sed -n "s/^model name[^:]*: *//p" /proc/cpuinfo | head -n 1')
note = system('printf %s "$BENCH_NOTE"')
set label "Time for each payload bit" at screen 0.5, 0.965 center font ",17"
set label sprintf("%s%s CPUs%s; %s", machine eq "" ? "" : machine.", ", system("nproc"), \
    note eq "" ? "" : ", ".note, system("uname -sr")) at screen 0.5, 0.93 center noenhanced
set tmargin at screen 0.9
set bmargin at screen 0.09
set lmargin at screen 0.39
set rmargin at screen 0.96

set xlabel "microseconds (logarithmic; lower is better); each dot is one measurement"
# The axis ends at the ticks around the measurements. By itself it would end at a power of ten.
array ticks[15] = [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]
stats "< grep ns/bit bench.csv" using ($3 / 1000) nooutput
do for [i = 1 : |ticks|] {
    if (i == 1 || ticks[i] <= STATS_min) { left = ticks[i] }
    if (i == 1 || ticks[i - 1] < STATS_max) { right = ticks[i] }
}
set xrange [STATS_min < left ? STATS_min : left : STATS_max > right ? STATS_max : right]
set logscale x
set format x "%g"
set xtics ()
do for [i = 1 : |ticks|] { set xtics add (ticks[i]) }
set grid x
set key off
set border 1
set tics nomirror scale 0.5
set yrange [row(words(names)) + 0.8 : 0]
set ytics ()
last = 0
do for [i = 1 : words(names)] {
    set ytics add (word(labels, i) row(i))
    if (group(word(names, i)) != last) {
        last = group(word(names, i))
        set label "{/:Bold ".headings[last]."}" at graph -0.02, first row(i) - 1 right
    }
}
plot for [i = 1 : words(names)] \
    sprintf("< grep '^%s,' bench.csv", word(names, i)) using ($3 / 1000):(row(i)) \
    title word(labels, i) with points pointtype 7 pointsize 0.7 linecolor rgb (is_bare(word(names, i)) ? "#0a5cc4" : "#b3420b")
