/*
 * What stands in a handout where the student's code belongs.
 *
 * TODO("1.3") says on the console that exercise 1.3 is not done yet, and ends the machine in
 * order: the grader's verdict is NOT-DONE. It does not return, so that a function whose body is a
 * TODO needs no return value.
 */
#pragma once

#define TODO(exercise) exercise_todo(exercise)

_Noreturn void exercise_todo(const char *exercise);
