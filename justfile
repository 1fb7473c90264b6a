# Each recipe is one line that can be typed without just. Java 25 is found as ./salvor finds it.

export JAVA_HOME := `. cli/src/main/launcher/lib/launch.sh && find_java javac && echo "$java_home"`

# compile and test without static checks
fast *args:
    mvn -q -Pfast test {{args}}

# everything that has to hold before a change is offered
check:
    ./salvor-test

# format the sources
fmt:
    mvn -q com.spotify.fmt:fmt-maven-plugin:format

# the slow tests as well
it:
    ./salvor-test --all

# measure beside restic and borg
bench *args:
    bench/run {{args}}

# write the golden files anew; look at the difference before committing it
golden:
    mvn -q -Pfast test -pl cli -am -Dsalvor.golden.update=true -Dsurefire.failIfNoSpecifiedTests=false -Dtest='*Golden*'
