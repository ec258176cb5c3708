# SPDX-License-Identifier: Apache-2.0
# ctest's `consumer`: installs the driver aside, builds the stranger's project against it, runs its tests.
#   cmake -D BUILD=… -D SOURCE=… -D PREFIX=… -D WORK=… -D GENERATOR=… -D FLAGS=… -P run.cmake
function(step)
    execute_process(COMMAND ${ARGN} RESULT_VARIABLE result)
    if(NOT result EQUAL 0)
        list(JOIN ARGN " " command)
        message(FATAL_ERROR "failed: ${command}")
    endif()
endfunction()

# Leftovers of an earlier run would hide a file that is no longer installed.
file(REMOVE_RECURSE ${PREFIX} ${WORK})
step(${CMAKE_COMMAND} --install ${BUILD} --prefix ${PREFIX} --component driver)
foreach(file sqldrivers/libqsqlgrebe.so grebe/libgrebeduckdb.so)
    if(NOT EXISTS ${PREFIX}/plugins/${file})
        message(FATAL_ERROR "no ${PREFIX}/plugins/${file}")
    endif()
endforeach()
step(${CMAKE_COMMAND} -S ${SOURCE} -B ${WORK} -G ${GENERATOR} -D CMAKE_PREFIX_PATH=${PREFIX} -D CMAKE_CXX_FLAGS=${FLAGS})
step(${CMAKE_COMMAND} --build ${WORK})
get_filename_component(bin ${CMAKE_COMMAND} DIRECTORY)
step(${CMAKE_COMMAND} -E env QT_PLUGIN_PATH=${PREFIX}/plugins ${bin}/ctest --test-dir ${WORK} --output-on-failure)
