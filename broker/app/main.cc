#include "broker/app/run.h"

int main(int argc, char** argv) { return godwit::app::run(argc, argv); }
